// Stands in for optional native packages that the app never calls.
module.exports = {};

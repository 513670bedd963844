CREATE TABLE `metric_spans` (
	`step` integer NOT NULL,
	`at` integer NOT NULL,
	`span` text NOT NULL,
	PRIMARY KEY(`step`, `at`)
);

"""Downloads model repositories from the Hugging Face Hub, in a process of its own."""

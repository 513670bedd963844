CREATE TABLE `message_prompts` (
	`message_id` text PRIMARY KEY NOT NULL,
	`base_id` text,
	`shared` integer NOT NULL,
	`tail` blob NOT NULL,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `message_prompts_by_base` ON `message_prompts` (`base_id`);--> statement-breakpoint
ALTER TABLE `message_pieces` ADD `reasoning` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `reasoning` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `tool_calls` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `record` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `replay` text;
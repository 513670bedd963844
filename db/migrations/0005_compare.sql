CREATE TABLE `compare_answer_pieces` (
	`answer_id` text NOT NULL,
	`seq` integer NOT NULL,
	`text` text NOT NULL,
	`reasoning` text NOT NULL,
	`token_ids` blob NOT NULL,
	PRIMARY KEY(`answer_id`, `seq`),
	FOREIGN KEY (`answer_id`) REFERENCES `compare_answers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `compare_answers` (
	`id` text PRIMARY KEY NOT NULL,
	`comparison_id` text NOT NULL,
	`turn_id` text NOT NULL,
	`turn_index` integer NOT NULL,
	`contestant_id` text NOT NULL,
	`letter` text NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`reasoning` text DEFAULT '' NOT NULL,
	`token_ids` blob,
	`status` text NOT NULL,
	`finish_reason` text,
	`error` text,
	`usage` text,
	`timings` text,
	`memory_bytes` integer,
	`alone` integer,
	`checks` text,
	`digest` text,
	`seed` integer,
	`model_hash` text,
	`seq` integer DEFAULT 0 NOT NULL,
	`interruptions` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`comparison_id`) REFERENCES `comparisons`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`turn_id`) REFERENCES `compare_turns`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`contestant_id`) REFERENCES `compare_contestants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `compare_answers_by_turn` ON `compare_answers` (`turn_id`,`contestant_id`);--> statement-breakpoint
CREATE INDEX `compare_answers_by_status` ON `compare_answers` (`comparison_id`,`status`,`contestant_id`,`turn_index`);--> statement-breakpoint
CREATE INDEX `compare_answers_to_judge` ON `compare_answers` (`comparison_id`,`turn_index`,`digest`);--> statement-breakpoint
CREATE INDEX `compare_answers_unfinished` ON `compare_answers` (`status`) WHERE "compare_answers"."status" in ('waiting', 'running', 'interrupted');--> statement-breakpoint
CREATE TABLE `compare_merges` (
	`turn_id` text PRIMARY KEY NOT NULL,
	`text` text NOT NULL,
	`status` text NOT NULL,
	`model_id` text NOT NULL,
	`error` text,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`turn_id`) REFERENCES `compare_turns`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `compare_turns` (
	`id` text PRIMARY KEY NOT NULL,
	`comparison_id` text NOT NULL,
	`index` integer NOT NULL,
	`prompt` text NOT NULL,
	`system_prompt` text DEFAULT '' NOT NULL,
	`tags` text NOT NULL,
	`checks` text NOT NULL,
	`request_id` text,
	`revealed_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`comparison_id`) REFERENCES `comparisons`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `compare_turns_requestId_unique` ON `compare_turns` (`request_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `compare_turns_by_index` ON `compare_turns` (`comparison_id`,`index`);--> statement-breakpoint
CREATE TABLE `compare_votes` (
	`id` text PRIMARY KEY NOT NULL,
	`request_id` text NOT NULL,
	`comparison_id` text NOT NULL,
	`turn_id` text NOT NULL,
	`first_answer_id` text NOT NULL,
	`second_answer_id` text NOT NULL,
	`pair` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`tags` text NOT NULL,
	`ratings` text NOT NULL,
	`blind` integer NOT NULL,
	`took_ms` integer NOT NULL,
	`created_at` integer NOT NULL,
	`undone_at` integer,
	FOREIGN KEY (`comparison_id`) REFERENCES `comparisons`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`turn_id`) REFERENCES `compare_turns`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`first_answer_id`) REFERENCES `compare_answers`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`second_answer_id`) REFERENCES `compare_answers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `compare_votes_requestId_unique` ON `compare_votes` (`request_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `compare_votes_that_stand` ON `compare_votes` (`pair`) WHERE "compare_votes"."undone_at" is null;--> statement-breakpoint
CREATE INDEX `compare_votes_by_comparison` ON `compare_votes` (`comparison_id`,`turn_id`);--> statement-breakpoint
CREATE TABLE `comparison_contestants` (
	`comparison_id` text NOT NULL,
	`contestant_id` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`comparison_id`, `contestant_id`),
	FOREIGN KEY (`comparison_id`) REFERENCES `comparisons`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`contestant_id`) REFERENCES `compare_contestants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `comparisons` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`kind` text NOT NULL,
	`blind` integer NOT NULL,
	`fair_timing` integer NOT NULL,
	`shuffle_seed` text NOT NULL,
	`history` text NOT NULL,
	`set_id` text,
	`job_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `comparisons_by_update` ON `comparisons` (`deleted_at`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `comparisons_by_job` ON `comparisons` (`job_id`);--> statement-breakpoint
CREATE TABLE `compare_contestants` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`model_id` text NOT NULL,
	`model_name` text NOT NULL,
	`adapter` text,
	`system_prompt` text NOT NULL,
	`parameters` text NOT NULL,
	`label` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `compare_contestants_key_unique` ON `compare_contestants` (`key`);--> statement-breakpoint
CREATE TABLE `compare_prompt_sets` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `compare_set_prompts` (
	`set_id` text NOT NULL,
	`index` integer NOT NULL,
	`prompt` text NOT NULL,
	`system_prompt` text NOT NULL,
	`tags` text NOT NULL,
	`checks` text NOT NULL,
	PRIMARY KEY(`set_id`, `index`),
	FOREIGN KEY (`set_id`) REFERENCES `compare_prompt_sets`(`id`) ON UPDATE no action ON DELETE cascade
);

CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text DEFAULT '' NOT NULL,
	`title_source` text DEFAULT 'auto' NOT NULL,
	`model_id` text,
	`system_prompt` text DEFAULT '' NOT NULL,
	`parameters` text DEFAULT '{}' NOT NULL,
	`active_leaf_id` text,
	`pinned` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `conversations_by_update` ON `conversations` (`deleted_at`,`pinned`,`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `message_pieces` (
	`message_id` text NOT NULL,
	`seq` integer NOT NULL,
	`text` text NOT NULL,
	`token_ids` blob NOT NULL,
	PRIMARY KEY(`message_id`, `seq`),
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`conversation_id` text NOT NULL,
	`parent_id` text,
	`role` text NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`token_ids` blob,
	`status` text NOT NULL,
	`finish_reason` text,
	`usage` text,
	`timings` text,
	`model` text,
	`parameters` text,
	`dropped` text,
	`error` text,
	`seed` integer,
	`seq` integer DEFAULT 0 NOT NULL,
	`interruptions` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`parent_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `messages_by_conversation` ON `messages` (`conversation_id`,`parent_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_by_parent` ON `messages` (`parent_id`);--> statement-breakpoint
CREATE INDEX `messages_unfinished` ON `messages` (`status`);--> statement-breakpoint
CREATE TABLE `auth_sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`label` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `egress` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`purpose` text NOT NULL,
	`method` text NOT NULL,
	`host` text NOT NULL,
	`path` text NOT NULL,
	`status` integer,
	`bytes_out` integer DEFAULT 0 NOT NULL,
	`bytes_in` integer DEFAULT 0 NOT NULL,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`status` text NOT NULL,
	`input` text NOT NULL,
	`checkpoint` text,
	`result` text,
	`error` text,
	`done` integer DEFAULT 0 NOT NULL,
	`total` integer,
	`unit` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `jobs_by_status` ON `jobs` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`message` text NOT NULL,
	`created_at` integer NOT NULL,
	`dismissed_at` integer
);
--> statement-breakpoint
CREATE TABLE `preferences` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `model_directories` (
	`id` text PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`source` text NOT NULL,
	`fingerprint` text NOT NULL,
	`verdict` text NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_directories_path_unique` ON `model_directories` (`path`);--> statement-breakpoint
CREATE TABLE `model_folders` (
	`path` text PRIMARY KEY NOT NULL,
	`added_at` integer NOT NULL
);

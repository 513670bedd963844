CREATE TABLE `message_contexts` (
	`message_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`asked` text NOT NULL,
	`found` text,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `retrieval_indexes` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`paused` integer DEFAULT false NOT NULL,
	`vectors_paused` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE `retrieval_measurements` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`workspace_id` text,
	`job_id` text,
	`result` text,
	`created_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `retrieval_measurements_by_time` ON `retrieval_measurements` (`created_at`);--> statement-breakpoint
CREATE TABLE `retrieval_weights` (
	`embedder_id` text PRIMARY KEY NOT NULL,
	`weight` real NOT NULL,
	`measurement_id` text,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`root` text NOT NULL,
	`model_id` text,
	`persona` text,
	`auto_context` integer,
	`opened_at` integer NOT NULL,
	`last_used_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workspaces_root_unique` ON `workspaces` (`root`);--> statement-breakpoint
ALTER TABLE `conversations` ADD `workspace_id` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `citations` text;
-- Words of messages. Written by triggers, so that no way of writing or purging messages can forget them. The rowid of
-- messages may change when the file is copied, so the index has numbers of its own.
CREATE TABLE `message_search` (
	`id` integer PRIMARY KEY NOT NULL,
	`message_id` text NOT NULL UNIQUE
);
--> statement-breakpoint
CREATE VIRTUAL TABLE `message_words` USING fts5(
	`text`, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
--> statement-breakpoint
INSERT INTO `message_search` (`message_id`) SELECT `id` FROM `messages` WHERE `text` <> '' ORDER BY `id`;
--> statement-breakpoint
INSERT INTO `message_words` (`rowid`, `text`)
	SELECT `message_search`.`id`, `messages`.`text` FROM `message_search`
	JOIN `messages` ON `messages`.`id` = `message_search`.`message_id`;
--> statement-breakpoint
CREATE TRIGGER `message_words_insert` AFTER INSERT ON `messages` WHEN new.`text` <> '' BEGIN
	INSERT INTO `message_search` (`message_id`) VALUES (new.`id`);
	INSERT INTO `message_words` (`rowid`, `text`)
		SELECT `id`, new.`text` FROM `message_search` WHERE `message_id` = new.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `message_words_update` AFTER UPDATE OF `text` ON `messages` WHEN new.`text` <> old.`text` BEGIN
	INSERT INTO `message_search` (`message_id`) SELECT new.`id`
		WHERE NOT EXISTS (SELECT 1 FROM `message_search` WHERE `message_id` = new.`id`);
	DELETE FROM `message_words` WHERE `rowid` = (SELECT `id` FROM `message_search` WHERE `message_id` = new.`id`);
	INSERT INTO `message_words` (`rowid`, `text`)
		SELECT `id`, new.`text` FROM `message_search` WHERE `message_id` = new.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `message_words_delete` AFTER DELETE ON `messages` BEGIN
	DELETE FROM `message_words` WHERE `rowid` = (SELECT `id` FROM `message_search` WHERE `message_id` = old.`id`);
	DELETE FROM `message_search` WHERE `message_id` = old.`id`;
END;

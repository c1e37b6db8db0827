-- A job is a package of files; until now it was one file, told of directly.
UPDATE job SET about = '{"files": [' || about || ']}';

/* SPDX-License-Identifier: Apache-2.0 */
/* corpus-TARGET DIRECTORY: gives every file in it to the fuzz target, once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A buffer of exactly the file's size, so that ASan sees what is past it. */
static uint8_t *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = NULL;
	long end;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (end = ftell(f)) >= 0) {
		rewind(f);
		*size = (size_t)end;
		data = malloc(*size ? *size : 1);
		if (data && fread(data, 1, *size, f) != *size) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

static int is_input(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **list = NULL;
	int n = argc == 2 ? scandir(argv[1], &list, is_input, alphasort) : -1;

	if (n <= 0) {
		fprintf(stderr, "usage: %s DIRECTORY-WITH-FILES\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];
		size_t size = 0;
		uint8_t *data;

		snprintf(path, sizeof(path), "%s/%s", argv[1], list[i]->d_name);
		data = read_all(path, &size);
		if (!data) {
			perror(path);
			return 1;
		}
		/* Who aborts is the last one named. */
		printf("%s\n", path);
		fflush(stdout);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
		free(list[i]);
	}
	free(list);
	printf("%d passed, 0 failed\n", n);
	return 0;
}

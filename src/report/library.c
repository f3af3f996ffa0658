/* SPDX-License-Identifier: Apache-2.0 */
#include "report/library.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* No program needs more; a hostile one must not keep us busy. */
#define NAMES_MAX 128

/* Larger programs go without a hint. */
#define SIZE_MAX_READ (256u << 20)

struct image {
	const char *data;
	size_t size;
};

/* `count` items of `item` bytes at `offset`, or NULL if they are not there. */
static const void *part(const struct image *f, uint64_t offset, uint64_t item,
			uint64_t count)
{
	if (offset > f->size || offset % 8 || count > (f->size - offset) / item)
		return NULL;
	return f->data + offset;
}

static const Elf64_Ehdr *header(const struct image *f)
{
	const Elf64_Ehdr *h = part(f, 0, sizeof(*h), 1);

	if (!h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 ||
	    h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_phentsize != sizeof(Elf64_Phdr))
		return NULL;
	return h;
}

/* The file offset of an address, UINT64_MAX if no segment has it. */
static uint64_t offset_of(const Elf64_Phdr *segments, size_t count,
			  uint64_t address)
{
	for (size_t i = 0; i < count; i++) {
		const Elf64_Phdr *s = &segments[i];

		if (s->p_type == PT_LOAD && address >= s->p_vaddr &&
		    address - s->p_vaddr < s->p_filesz)
			return address - s->p_vaddr + s->p_offset;
	}
	return UINT64_MAX;
}

/* A string of the string table, "" if it is not whole. */
static const char *string_at(const struct image *f, uint64_t table,
			     uint64_t index)
{
	if (table >= f->size || index >= f->size - table ||
	    !memchr(f->data + table + index, '\0', f->size - table - index))
		return "";
	return f->data + table + index;
}

/* The file is the command's: it must not name just anything in a hint. */
static bool is_library(const char *name)
{
	return strstr(name, ".so") && !strchr(name, '/');
}

static void read_dynamic(struct arena *a, const struct image *f,
			 const Elf64_Dyn *list, size_t count, uint64_t table,
			 struct needed *out)
{
	for (size_t i = 0; i < count && list[i].d_tag != DT_NULL; i++) {
		const char *text = string_at(f, table, list[i].d_un.d_val);

		if (strlen(text) > PATH_MAX)
			continue;
		if (list[i].d_tag == DT_NEEDED && is_library(text) &&
		    out->names.count < NAMES_MAX)
			*array_add(a, &out->names) = text;
		else if (list[i].d_tag == DT_RUNPATH ||
			 list[i].d_tag == DT_RPATH)
			out->path = text;
	}
}

static void read_image(struct arena *a, const struct image *f,
		       struct needed *out)
{
	const Elf64_Ehdr *h = header(f);
	const Elf64_Phdr *segments =
		h ? part(f, h->e_phoff, sizeof(*segments), h->e_phnum) : NULL;
	const Elf64_Dyn *list = NULL;
	uint64_t table = UINT64_MAX;
	size_t count = 0;

	for (size_t i = 0; segments && i < h->e_phnum; i++)
		if (segments[i].p_type == PT_DYNAMIC) {
			count = segments[i].p_filesz / sizeof(*list);
			list = part(f, segments[i].p_offset, sizeof(*list),
				    count);
		}
	for (size_t i = 0; list && i < count; i++)
		if (list[i].d_tag == DT_STRTAB)
			table = offset_of(segments, h->e_phnum,
					  list[i].d_un.d_ptr);
	if (list)
		read_dynamic(a, f, list, count, table, out);
}

void library_needed(struct arena *a, const char *path, struct needed *out)
{
	struct image f = { 0 };
	struct err ignored;
	char *text = NULL;
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*out = (struct needed){ .path = "" };
	if (fd < 0 ||
	    fd_read_file(a, fd, SIZE_MAX_READ, &text, &f.size, &ignored) < 0)
		return;
	f.data = text;
	read_image(a, &f, out);
}

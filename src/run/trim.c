/* SPDX-License-Identifier: Apache-2.0 */
#include "run/trim.h"

#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

#define PAGE 4096ul

static int trim_object(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *s = &info->dlpi_phdr[i];
		unsigned long start = info->dlpi_addr + s->p_vaddr;
		unsigned long end = start + s->p_memsz;

		if (s->p_type != PT_LOAD || (s->p_flags & PF_W))
			continue;
		start &= ~(PAGE - 1);
		madvise((void *)start, end - start, MADV_DONTNEED);
	}
	/* The first object is the program; libraries are shared anyway. */
	return 1;
}

void trim_program(void)
{
	dl_iterate_phdr(trim_object, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "run/trim.h"

#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

#define PAGE 4096ul

static int trim_object(struct dl_phdr_info *info, size_t size, void *data)
{
	unsigned long start = 0, end = 0;

	(void)size;
	(void)data;
	/* The linker puts what is written last, so the rest is one piece. */
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *s = &info->dlpi_phdr[i];

		if (s->p_type != PT_LOAD)
			continue;
		if (s->p_flags & PF_W)
			break;
		if (!start)
			start = (info->dlpi_addr + s->p_vaddr) & ~(PAGE - 1);
		end = info->dlpi_addr + s->p_vaddr + s->p_memsz;
	}
	if (start)
		madvise((void *)start, end - start, MADV_DONTNEED);
	/* The first object is the program; libraries are shared anyway. */
	return 1;
}

void trim_program(void)
{
	dl_iterate_phdr(trim_object, NULL);
}

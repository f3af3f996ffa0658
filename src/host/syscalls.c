/* SPDX-License-Identifier: Apache-2.0 */
#include "host/syscalls.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

const char *syscall_name(unsigned int call)
{
	return syscall_texts + syscalls[call].name;
}

const char *syscall_group_name(unsigned int group)
{
	return syscall_texts + syscall_groups[group].name;
}

int syscall_find(const char *name)
{
	unsigned int low = 0, high = syscall_count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		int order = strcmp(name, syscall_name(middle));

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int syscall_group_find(const char *name)
{
	for (unsigned int i = 0; i < syscall_group_count; i++)
		if (str_equal(name, syscall_group_name(i)))
			return (int)i;
	return -1;
}

int syscall_by_number(uint32_t arch, uint32_t number)
{
	bool x86 = arch == syscall_arch_x86 && arch != syscall_arch;

	if ((!x86 && arch != syscall_arch) || number >= SYSCALL_NUMBER_END)
		return -1;
	for (unsigned int i = 0; i < syscall_count; i++)
		if ((x86 ? syscalls[i].x86 : syscalls[i].native) ==
		    (int64_t)number)
			return (int)i;
	return -1;
}

bool syscall_arg(unsigned int call, const char *name, size_t length,
		 unsigned int index, struct syscall_arg *out)
{
	const char *p = syscall_texts + syscalls[call].signature;

	for (unsigned int i = 0; *p; i++) {
		struct syscall_arg arg = { .index = i, .name = p };
		char *end;

		arg.name_length = strcspn(p, ":");
		arg.bits = (unsigned int)strtoul(p + arg.name_length + 1, &end,
						 10);
		if (name ? arg.name_length == length &&
				    memcmp(name, p, length) == 0 :
			   i == index) {
			*out = arg;
			return true;
		}
		p = end + (*end == ' ');
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: what decides over the next run cannot be changed from inside
 * cve: CVE-2019-12589
 * cve binary: CVE-2019-12499
 * cve binary_dir: CVE-2019-12499
 * cve binary_link: CVE-2019-12499
 * cve binary_alias: CVE-2019-12499
 * options binary_alias: --bind {project} /mnt
 * off: host
 * options profile: --profile ./x.profile
 * options profile_dir: --profile ./conf/x.profile
 * options profile_include: --profile ./x.profile
 * options profile_link: --profile ./x.profile
 * options profile_symlink: --profile ./x.profile
 * options profile_deep: --profile ./conf/deep/x.profile
 * options profile_try: --profile ./x.profile
 * options profile_alias: --profile ./x.profile --bind {project} /mnt
 * options config: --rw {home}
 * options config_link: --rw {home}
 * options config_new: --rw {home}
 * options config_dir: --rw {home}
 * as: user root
 * cases: profile profile_dir profile_deep profile_include profile_try
 *	profile_link profile_symlink profile_alias config config_new config_dir
 *	config_link config_xdg binary binary_dir binary_link binary_alias
 * args profile: x.profile
 * args profile_dir: conf/x.profile conf
 * args profile_include: more.profile
 * args profile_link: real.profile
 * args profile_symlink: x.profile
 * args profile_deep: conf/deep/x.profile conf
 * args profile_try: local.profile
 * args profile_alias: {alias}/x.profile
 * args config_xdg: config/sandbox/profiles/default.profile
 * args config: {home}/.config/sandbox/profiles/default.profile
 * args config_new: {home}/.config/sandbox/profiles/default.profile
 * args config_link: {home}/.config/sandbox/profiles/default.profile
 *	{home}/.config
 * args config_dir: {home}/.config/sandbox/profiles/default.profile
 *	{home}/.config
 * args binary: sandbox
 * args binary_dir: bin/sandbox bin
 * args binary_link: sandbox
 * args binary_alias: {alias}/sandbox
 * setup: loosen
 *
 * The profile that was named, a profile of the user's that goes before the
 * shipped one, and the executable itself, where they can be written: in place,
 * by another file of the same name, or by another directory of that name; also
 * what a profile includes, what a symlink means, and where the directory is
 * shown a second time.
 */
#include "attack.h"

/* Makes all directories above a path. */
static void make_parents(const char *path)
{
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = copy + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(copy, 0755);
		*p = '/';
	}
}

static int replace(const char *path)
{
	static const char text[] = "# loosened\n";
	char other[4096];
	int fd;

	fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0755);
	if (fd >= 0 && write(fd, text, sizeof(text) - 1) > 0)
		return 1;
	snprintf(other, sizeof(other), "%s.new", path);
	fd = open(other, O_WRONLY | O_TRUNC | O_CREAT, 0755);
	if (fd < 0 || write(fd, text, sizeof(text) - 1) < 0)
		return 0;
	return !rename(other, path);
}

int main(int argc, char **argv)
{
	char old[4096];

	if (argc < 3)
		broken("arguments");
	if (argc > 3) {
		snprintf(old, sizeof(old), "%s.old", argv[3]);
		if (rename(argv[3], old))
			refused("rename of the directory");
	}
	make_parents(argv[2]);
	if (!replace(argv[2]))
		refused("replace");
	done("replaced");
}

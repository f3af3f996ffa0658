/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of many ids, which only newuidmap(1) and newgidmap(1) may write, for a
 * process in a new user namespace. Whoever is in there with such a map has
 * looked whether it is what was asked for.
 */
#ifndef RUN_MAP_H
#define RUN_MAP_H

struct arena;
struct auto_map;
struct caller;
struct err;

/* Whether this process's maps are these. */
int map_check(const struct auto_map *map, struct err *e);

/*
 * Takes this process, which has to be the only thread, into a new user
 * namespace with the maps that --map-auto gives the caller. He is user 0 there,
 * with all capabilities, so that files of each of the ids are at hand.
 */
int map_enter(struct arena *a, const struct caller *caller, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory of --changes while it is written to, host/record.h. What is in
 * it is not believed: only real directories of it are entered.
 */
#ifndef RUN_LAYER_H
#define RUN_LAYER_H

#include <stdbool.h>

struct err;
struct run;

/*
 * Opens DIR as it is in this mount namespace: by the descriptor of another one
 * the kernel mounts nothing.
 */
int layer_open_again(const struct run *r, struct err *e);

/* Opens DIR/N of a place; DIR/N/upper and the like. Return it, or -1. */
int layer_open_place(int layer, unsigned int number, struct err *e);
int layer_open_in(int place, const char *name, struct err *e);

/*
 * Gives the layer up. If set-up failed and it was begun for this run, it is
 * removed again; what the command has written stays.
 */
void layer_end(struct run *r, bool failed);

#endif

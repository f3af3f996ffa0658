/* SPDX-License-Identifier: Apache-2.0 */
/* The canned machines are those of the golden files. */
#include "../golden/canned.c"

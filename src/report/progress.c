/* SPDX-License-Identifier: Apache-2.0 */
#include "report/progress.h"

#include "base/fd.h"
#include "layer/apply.h"
#include "layer/discard.h"
#include "layer/layer.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ULL
#define FIRST_AFTER (2 * SECOND)
#define EVERY (SECOND / 5)

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

void report_progress_begin(struct report_progress *p, const char *what,
			   const char *count)
{
	*p = (struct report_progress){ .what = what, .count = count };
	if (isatty(STDERR_FILENO))
		p->due = now() + FIRST_AFTER;
}

void report_progress_tell(void *data, uint64_t done, uint64_t total)
{
	struct report_progress *p = data;
	char line[80];
	uint64_t t;
	int n;

	if (!p->due || (t = now()) < p->due)
		return;
	p->due = t + EVERY;
	if (done > total && total)
		done = total;
	/* Spaces cover what a longer line left. */
	if (total)
		n = snprintf(
			line, sizeof(line), "\r%s: %u %%    ", p->what,
			(unsigned int)((double)done * 100 / (double)total));
	else
		n = snprintf(line, sizeof(line), "\r%s: %llu %s    ", p->what,
			     (unsigned long long)done, p->count);
	if (fd_write_all(STDERR_FILENO, line, (size_t)n) == 0 && n > p->shown)
		p->shown = n;
}

static void take_off(struct report_progress *p)
{
	char line[80];
	int n;

	if (!p->shown)
		return;
	n = snprintf(line, sizeof(line), "\r%*s\r", p->shown, "");
	fd_write_all(STDERR_FILENO, line, (size_t)n);
	p->shown = 0;
}

void report_progress_say(void *data, const char *text)
{
	take_off(data);
	report_say(text);
}

void report_progress_end(struct report_progress *p)
{
	take_off(p);
	p->due = 0;
}

int report_apply(struct arena *a, struct kept_layer *l, bool force,
		 struct err *e)
{
	struct report_progress shown;
	const struct progress progress = { report_progress_tell, &shown };
	const struct check_wants wants = {
		.force = force,
		.say = report_progress_say,
		.data = &shown,
		.progress = &progress,
	};
	int r;

	report_progress_begin(&shown, "applying", "found");
	r = layer_apply(a, l, &wants, e);
	report_progress_end(&shown);
	return r;
}

int report_discard(struct arena *a, struct kept_layer *l, struct err *e)
{
	struct report_progress shown;
	const struct progress progress = { report_progress_tell, &shown };
	int r;

	if (l->record.applying.tv_sec)
		report_say(
			"an apply was interrupted: what it had written stays");
	report_progress_begin(&shown, "discarding", "removed");
	r = layer_discard(a, l, &progress, e);
	report_progress_end(&shown);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/timeline.h"

#include "base/arena.h"
#include "base/str.h"
#include "compile/program.h"
#include "report/text.h"
#include "report/verdict.h"
#include "run/outcome.h"

/* In pixels: two panels, one above the other, with one axis of time. */
#define IMAGE_WIDTH 800
#define IMAGE_HEIGHT 470
#define LEFT 90
#define RIGHT 776
#define TITLE_CHARACTERS 90

/* More than this is a fault of whoever counted. */
#define LOAD_MAX 1000000000 /* a million processors */
#define MEMORY_MAX (UINT64_C(1) << 60)

#define SECOND UINT64_C(1000000000)

#define COLOUR_LIMIT "#b35900"
#define COLOUR_END "#b00020"
#define COLOUR_TEXT "#222"

struct panel {
	const char *title, *colour;
	unsigned int top, bottom;
	uint64_t max, step; /* of the scale, which starts with 0 */
	const char *(*label)(struct arena *a, uint64_t value);
	const struct program_limit *limit; /* NULL: none */
	uint64_t limit_value;
};

struct chart {
	struct arena *arena;
	const struct program *program;
	const struct outcome *outcome;
	struct str *out;
	uint64_t span; /* of time, ns */
	uint64_t end;  /* of the command, as far as it is known */
};

/* --- text --------------------------------------------------------------- */

/* XML has no way to write control characters, nor these two others. */
static bool is_xml(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0xfffe &&
	       c != 0xffff;
}

static void add_text(struct str *out, const char *text, size_t most)
{
	uint32_t c;

	for (size_t n = 0; *text; n++) {
		if (n == most) {
			str_add(out, "\xe2\x80\xa6");
			return;
		}
		text += text_char(text, &c);
		if (c == '&')
			str_add(out, "&amp;");
		else if (c == '<')
			str_add(out, "&lt;");
		else if (c == '>')
			str_add(out, "&gt;");
		else
			text_add_char(out, is_xml(c) ? c : TEXT_REPLACEMENT);
	}
}

static const char *command_line(const struct chart *c)
{
	struct str line = { .arena = c->arena };

	for (size_t i = 0; c->program->argv[i]; i++) {
		if (i)
			str_add(&line, " ");
		str_add_quoted(&line, c->program->argv[i]);
	}
	return str_text(&line);
}

/* `anchor`: start, middle or end. */
static void add_label(struct chart *c, unsigned int x, unsigned int y,
		      const char *anchor, const char *colour, const char *text)
{
	str_addf(c->out,
		 "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\" fill=\"%s\">", x,
		 y, anchor, colour);
	add_text(c->out, text, TITLE_CHARACTERS);
	str_add(c->out, "</text>\n");
}

/* --- scales ------------------------------------------------------------- */

/* The smallest of 1, 2, 5, 10, 20 ... that goes into `max` so many times. */
static uint64_t nice_step(uint64_t max, unsigned int times)
{
	uint64_t power = 1;

	for (;; power *= 10) {
		if (max / power <= times)
			return power;
		if (max / (2 * power) <= times)
			return 2 * power;
		if (max / (5 * power) <= times)
			return 5 * power;
	}
}

static uint64_t binary_step(uint64_t max, unsigned int times)
{
	uint64_t step = 1;

	while (max / step > times)
		step *= 2;
	return step;
}

/* A limit far above everything would press the curve flat. */
static bool fits(uint64_t limit, uint64_t most)
{
	return !most || limit / 3 <= most;
}

/* Tenths of a pixel: no floating point is printed, in no language. */
static void add_tenths(struct str *out, double value)
{
	unsigned int n = (unsigned int)(value * 10 + 0.5);

	str_addf(out, "%u.%u", n / 10, n % 10);
}

static double x_of(const struct chart *c, uint64_t at)
{
	if (at > c->span)
		at = c->span;
	return LEFT + (double)(RIGHT - LEFT) * (double)at / (double)c->span;
}

static double y_of(const struct panel *p, uint64_t value)
{
	if (value > p->max)
		value = p->max;
	return p->bottom -
	       (double)(p->bottom - p->top) * (double)value / (double)p->max;
}

static void add_x(struct chart *c, uint64_t at)
{
	add_tenths(c->out, x_of(c, at));
}

static void add_y(struct chart *c, const struct panel *p, uint64_t value)
{
	add_tenths(c->out, y_of(p, value));
}

/* --- samples ------------------------------------------------------------ */

/*
 * Processors kept busy since the sample before, in thousandths. What looks
 * counted may go down when a process ends.
 */
static uint64_t load_at(const struct outcome *o, size_t i)
{
	struct sample none = { 0 };
	const struct sample *s = &o->samples[i];
	const struct sample *before = i ? s - 1 : &none;
	double load;

	if (s->cpu == UNKNOWN || before->cpu == UNKNOWN ||
	    s->cpu <= before->cpu || s->at <= before->at)
		return 0;
	load = (double)(s->cpu - before->cpu) * 1000 /
	       (double)(s->at - before->at);
	return load < LOAD_MAX ? (uint64_t)load : LOAD_MAX;
}

static uint64_t most_memory(const struct outcome *o)
{
	uint64_t most = 0;

	for (size_t i = 0; i < o->sample_count; i++)
		if (o->samples[i].memory != UNKNOWN &&
		    o->samples[i].memory > most)
			most = o->samples[i].memory;
	return most < MEMORY_MAX ? most : MEMORY_MAX;
}

static uint64_t most_load(const struct outcome *o)
{
	uint64_t most = 0;

	for (size_t i = 0; i < o->sample_count; i++)
		if (load_at(o, i) > most)
			most = load_at(o, i);
	return most;
}

static void draw_memory(struct chart *c, const struct panel *p)
{
	const struct outcome *o = c->outcome;
	const struct sample *last = NULL;

	str_addf(c->out,
		 "<polyline fill=\"none\" stroke=\"%s\" "
		 "stroke-width=\"1.5\" points=\"",
		 p->colour);
	for (size_t i = 0; i < o->sample_count; i++) {
		const struct sample *s = &o->samples[i];

		if (s->memory == UNKNOWN)
			continue;
		if (last)
			str_add(c->out, " ");
		add_x(c, s->at);
		str_add(c->out, ",");
		add_y(c, p, s->memory);
		last = s;
	}
	str_add(c->out, "\"/>\n");
	if (!last)
		return;
	/* Where the curve ends; of a single sample it is all there is. */
	str_add(c->out, "<circle r=\"2.5\" cx=\"");
	add_x(c, last->at);
	str_add(c->out, "\" cy=\"");
	add_y(c, p, last->memory);
	str_addf(c->out, "\" fill=\"%s\"/>\n", p->colour);
}

/* A load holds for the time from one sample to the next: steps. */
static void draw_load(struct chart *c, const struct panel *p)
{
	const struct outcome *o = c->outcome;

	if (!o->sample_count)
		return;
	str_addf(c->out,
		 "<path fill=\"%s\" fill-opacity=\"0.2\" "
		 "stroke=\"%s\" stroke-width=\"1\" d=\"M%u %u",
		 p->colour, p->colour, LEFT, p->bottom);
	for (size_t i = 0; i < o->sample_count; i++) {
		str_add(c->out, "V");
		add_y(c, p, load_at(o, i));
		str_add(c->out, "H");
		add_x(c, o->samples[i].at);
	}
	str_addf(c->out, "V%u\"/>\n", p->bottom);
}

/* --- panels ------------------------------------------------------------- */

static const char *memory_label(struct arena *a, uint64_t value)
{
	return value ? text_amount(a, value) : "0";
}

static const char *load_label(struct arena *a, uint64_t value)
{
	struct str out = { .arena = a };

	text_add_decimal(&out, value, 1000);
	return str_text(&out);
}

static void draw_frame(struct chart *c, const struct panel *p)
{
	for (uint64_t v = 0; v <= p->max; v += p->step) {
		unsigned int y = (unsigned int)(y_of(p, v) + 0.5);

		str_addf(c->out, "<path stroke=\"%s\" d=\"M%u %uH%u\"/>\n",
			 v ? "#ddd" : "#888", LEFT, y, RIGHT);
		add_label(c, LEFT - 6, y + 4, "end", COLOUR_TEXT,
			  p->label(c->arena, v));
	}
	add_label(c, LEFT, p->top - 8, "start", p->colour, p->title);
}

/* A line, or, where that is off the scale, its value at the upper edge. */
static void draw_limit(struct chart *c, const struct panel *p)
{
	bool inside = p->limit && p->limit_value <= p->max;
	unsigned int y;

	if (!p->limit)
		return;
	y = inside ? (unsigned int)(y_of(p, p->limit_value) + 0.5) : p->top;
	if (inside)
		str_addf(c->out,
			 "<path stroke=\"" COLOUR_LIMIT "\" "
			 "stroke-dasharray=\"6 4\" d=\"M%u %uH%u\"/>\n",
			 LEFT, y, RIGHT);
	/* The curve may be there as well: the text has a white edge. */
	str_add(c->out, "<g paint-order=\"stroke\" stroke=\"#fff\" "
			"stroke-width=\"3\">");
	add_label(c, LEFT + 6, y < p->top + 18 ? y + 14 : y - 5, "start",
		  COLOUR_LIMIT,
		  arena_format(c->arena, "--%s %s%s", p->limit->name,
			       text_limit(c->arena, p->limit),
			       inside ? "" : ", above this"));
	str_add(c->out, "</g>\n");
}

static void draw_vertical(struct chart *c, const struct panel *p, uint64_t at,
			  const char *style)
{
	str_addf(c->out, "<path %s d=\"M", style);
	add_x(c, at);
	str_addf(c->out, " %uV%u\"/>\n", p->top, p->bottom);
}

/* Above the panel, left of the line, but never on the panel's title. */
static void label_vertical(struct chart *c, const struct panel *p, uint64_t at,
			   const char *colour, const char *text)
{
	unsigned int x = (unsigned int)x_of(c, at);

	if (x < LEFT + 320)
		add_label(c, x < LEFT + 160 ? LEFT + 160 : x, p->top - 8,
			  "start", colour, text);
	else
		add_label(c, x, p->top - 8, "end", colour, text);
}

/* --- time --------------------------------------------------------------- */

static void draw_times(struct chart *c, const struct panel *upper,
		       const struct panel *lower)
{
	uint64_t unit = c->span < SECOND / 1000 ? 1000 :
			c->span < SECOND	? SECOND / 1000 :
			c->span < 120 * SECOND	? SECOND :
			c->span < 7200 * SECOND ? 60 * SECOND :
						  3600 * SECOND;
	const char *name = unit == 1000	       ? "\xc2\xb5s" :
			   unit < SECOND       ? "ms" :
			   unit == SECOND      ? "s" :
			   unit == 60 * SECOND ? "min" :
						 "h";
	/* Of minutes and hours only whole ones: 0.5 h is no nice number. */
	uint64_t base = unit > SECOND ? unit : 1;
	uint64_t step = nice_step(c->span / base, 8) * base;

	for (uint64_t at = 0; at <= c->span; at += step) {
		struct str label = { .arena = c->arena };

		draw_vertical(c, upper, at, "stroke=\"#eee\"");
		draw_vertical(c, lower, at, "stroke=\"#eee\"");
		text_add_decimal(&label, at, unit);
		str_addf(&label, " %s", name);
		add_label(c, (unsigned int)(x_of(c, at) + 0.5),
			  lower->bottom + 18, "middle", COLOUR_TEXT,
			  str_text(&label));
	}
}

static void draw_marks(struct chart *c, const struct panel *upper,
		       const struct panel *lower)
{
	static const char end[] = "stroke=\"" COLOUR_END "\"";
	static const char limit[] =
		"stroke=\"" COLOUR_LIMIT "\" stroke-dasharray=\"6 4\"";
	enum verdict v = verdict_of(c->program, c->outcome);
	const struct program_limit *l =
		text_find_limit(c->program, "time-limit");

	if (l && l->value <= c->span) {
		draw_vertical(c, upper, l->value, limit);
		draw_vertical(c, lower, l->value, limit);
		label_vertical(c, lower, l->value, COLOUR_LIMIT,
			       arena_format(c->arena, "--time-limit %s",
					    text_limit(c->arena, l)));
	}
	if (c->outcome->failed || v == VERDICT_OK || v == VERDICT_NONZERO)
		return;
	draw_vertical(c, upper, c->end, end);
	draw_vertical(c, lower, c->end, end);
	label_vertical(c, upper, c->end, COLOUR_END, verdict_name(v));
}

/* --- the whole ---------------------------------------------------------- */

/* As far as the command went, and its limit of time if that is near. */
static void set_span(struct chart *c)
{
	const struct outcome *o = c->outcome;
	const struct program_limit *l =
		text_find_limit(c->program, "time-limit");

	if (o->sample_count)
		c->end = o->samples[o->sample_count - 1].at;
	if (!o->failed && o->usage.wall != UNKNOWN && o->usage.wall > c->end)
		c->end = o->usage.wall;
	c->span = c->end;
	if (l && l->value > c->span && fits(l->value, c->span))
		c->span = l->value;
	c->span += c->span / 50 + 1000;
}

/* The limit of --cpus in thousandths, as a number or as it was given. */
static uint64_t load_limit(const struct program_limit *l)
{
	uint64_t value = 0, unit = 1000;
	bool point = false;

	if (l->unit == UNIT_TIME)
		return l->value / (SECOND / 1000);
	if (l->unit != UNIT_TEXT)
		return l->value * 1000;
	for (const char *s = l->text; *s && unit && value < 1000000; s++) {
		point = point || *s == '.';
		if (*s < '0' || *s > '9')
			continue;
		if (point)
			unit /= 10;
		value = point ? value + (uint64_t)(*s - '0') * unit :
				value * 10 + (uint64_t)(*s - '0') * 1000;
	}
	return value;
}

static void set_scales(struct chart *c, struct panel *memory,
		       struct panel *load)
{
	uint64_t bytes = most_memory(c->outcome);
	uint64_t busy = most_load(c->outcome);

	memory->limit = text_find_limit(c->program, "memory");
	if (memory->limit)
		memory->limit_value = memory->limit->value;
	if (memory->limit_value > bytes && fits(memory->limit_value, bytes))
		bytes = memory->limit_value;
	memory->step = binary_step(bytes < 4096 ? 4096 : bytes, 4);
	memory->max = (bytes / memory->step + 1) * memory->step;

	load->limit = text_find_limit(c->program, "cpus");
	if (load->limit)
		load->limit_value = load_limit(load->limit);
	if (load->limit_value > busy && fits(load->limit_value, busy))
		busy = load->limit_value;
	load->step = nice_step(busy < 100 ? 100 : busy, 4);
	load->max = (busy / load->step + 1) * load->step;
}

static void add_head(struct chart *c)
{
	const char *reason = verdict_reason(c->arena, c->program, c->outcome);
	const char *line = command_line(c);
	struct str what = { .arena = c->arena };

	str_addf(c->out,
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		 "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
		 "font-family=\"sans-serif\" font-size=\"12\" "
		 "fill=\"none\">\n<title>",
		 IMAGE_WIDTH, IMAGE_HEIGHT, IMAGE_WIDTH, IMAGE_HEIGHT);
	add_text(c->out, line, TITLE_CHARACTERS);
	str_addf(c->out,
		 "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
		 "<g font-size=\"15\">\n",
		 IMAGE_WIDTH, IMAGE_HEIGHT);
	add_label(c, 12, 24, "start", "#000", line);
	str_addf(&what, "%s%s%s",
		 verdict_name(verdict_of(c->program, c->outcome)),
		 reason ? ": " : "", reason ? reason : "");
	if (!c->outcome->failed && c->outcome->usage.wall != UNKNOWN) {
		str_add(&what, ", after ");
		text_add_seconds(&what, c->outcome->usage.wall, 3);
		str_add(&what, " s");
	}
	str_add(c->out, "</g>\n");
	add_label(c, 12, 43, "start", "#555", str_text(&what));
}

void report_timeline(struct arena *a, const struct program *p,
		     const struct outcome *o, struct str *out)
{
	struct chart c = { .arena = a, .program = p, .outcome = o, .out = out };
	struct panel memory = { .title = "memory",
				.colour = "#1259a8",
				.top = 80,
				.bottom = 240,
				.label = memory_label };
	struct panel load = { .title = "processors in use",
			      .colour = "#1d7a33",
			      .top = 285,
			      .bottom = 435,
			      .label = load_label };

	set_span(&c);
	set_scales(&c, &memory, &load);
	add_head(&c);
	draw_times(&c, &memory, &load);
	draw_frame(&c, &memory);
	draw_frame(&c, &load);
	draw_load(&c, &load);
	draw_memory(&c, &memory);
	draw_limit(&c, &memory);
	draw_limit(&c, &load);
	draw_marks(&c, &memory, &load);
	if (!o->sample_count)
		add_label(&c, (LEFT + RIGHT) / 2, 160, "middle", "#555",
			  o->failed ? "the command was not run" :
				      "it ended before there was a sample");
	str_add(out, "</svg>\n");
}

// View: puts the state into the page. Everything is set as text, nothing as markup.

import { ago, clock as timeOf, count, matchCode, matchName, sentence } from './words.js';
import { covered } from './state.js';

/** $ is an element of the page by its id. */
export const $ = (id) => document.getElementById(id);

/** text sets an element's text, and touches the page only when it differs. */
export function text(element, value) {
  if (element.textContent !== String(value)) element.textContent = value;
}

/** make creates an element with a class, a text and children. */
export function make(tag, className, value, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (value !== undefined && value !== '') element.textContent = value;
  element.append(...children);
  return element;
}

// arrange makes the children of a list these, in this order, moving only what has to move.
function arrange(list, nodes) {
  nodes.forEach((node, i) => {
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
  while (list.children.length > nodes.length) list.lastElementChild.remove();
}

/** Board draws the rows and keeps one robot reachable by the keyboard. */
export class Board {
  #list;
  #rows = new Map(); // key -> {element, code, when, chips: Map of team -> chip, shape}
  #followed = 0;

  constructor(list, onFollow) {
    this.#list = list;
    list.addEventListener('click', (e) => {
      const chip = e.target.closest('button');
      if (chip) onFollow(Number(chip.dataset.team));
    });
    list.addEventListener('keydown', (e) => this.#move(e));
    list.addEventListener('focusin', (e) => this.#enter(e.target));
    list.addEventListener('animationend', (e) => e.target.classList.remove('flash'));
  }

  /** draw shows the rows. Robots whose count grew flash, unless it is the first picture. */
  draw(rows, { names, timezone, followed, onlyGaps, flash }) {
    this.#followed = followed;
    const seen = new Set(rows.map((r) => r.key));
    for (const key of [...this.#rows.keys()]) if (!seen.has(key)) this.#rows.delete(key);
    arrange(this.#list, rows.map((row) => this.#row(row, names, timezone, flash)));
    let shown = 0;
    for (const row of rows) {
      const hide = (onlyGaps && covered(row)) || (followed > 0 && !row.robots.some((r) => r.team === followed));
      this.#rows.get(row.key).element.hidden = hide;
      if (!hide) shown++;
    }
    this.#reachable();
    return shown;
  }

  #row(row, names, timezone, flash) {
    const shape = row.robots.map((r) => `${r.place}:${r.team}`).join();
    let known = this.#rows.get(row.key);
    if (!known || known.shape !== shape) {
      known = this.#build(row, shape, known);
      this.#rows.set(row.key, known);
    }
    known.element.dataset.status = row.status || 'open';
    known.element.classList.toggle('covered', covered(row));
    text(known.when, row.score ? `${row.score.red}:${row.score.blue}` : { started: 'now', completed: 'over' }[row.status] || timeOf(row.at, timezone));
    for (const robot of row.robots) paint(known.chips.get(robot.team), robot, names, flash, this.#followed);
    return known.element;
  }

  #build(row, shape, known) {
    const code = make('span', 'code', matchCode(row));
    code.setAttribute('aria-hidden', 'true');
    const when = make('span', 'when');
    const label = make('h3', 'match', '', make('span', 'hidden', matchName(row)), code, when);
    const chips = new Map();
    const groups = ['red', 'blue', 'none'].map((side) => {
      const robots = row.robots.filter((r) => r.side === side);
      return robots.length ? make('div', `side ${side}`, '', ...robots.map((r) => chip(r, chips))) : '';
    });
    const element = known?.element || make('li', 'row');
    element.replaceChildren(label, ...groups.filter(Boolean));
    return { element, when, chips, shape };
  }

  // reachable gives exactly one robot a place in the tab order.
  #reachable() {
    const current = this.#list.querySelector('button[tabindex="0"]');
    if (current && !current.closest('li').hidden) return;
    if (current) current.tabIndex = -1;
    const first = this.#list.querySelector('li:not([hidden]) button');
    if (first) first.tabIndex = 0;
  }

  #enter(target) {
    if (!target.matches('button')) return;
    for (const other of this.#list.querySelectorAll('button[tabindex="0"]')) other.tabIndex = -1;
    target.tabIndex = 0;
  }

  #move(e) {
    const chips = [...this.#list.querySelectorAll('li:not([hidden]) button')];
    const here = chips.indexOf(e.target);
    if (here < 0) return;
    const rows = [...this.#list.querySelectorAll('li:not([hidden])')];
    const row = e.target.closest('li');
    const column = [...row.querySelectorAll('button')].indexOf(e.target);
    const beside = (step) => {
      const other = rows[rows.indexOf(row) + step]?.querySelectorAll('button');
      return other?.[Math.min(column, other.length - 1)];
    };
    const to = {
      ArrowRight: () => chips[here + 1], ArrowLeft: () => chips[here - 1],
      ArrowDown: () => beside(1), ArrowUp: () => beside(-1),
      Home: () => chips[0], End: () => chips.at(-1),
    }[e.key]?.();
    if (to) {
      e.preventDefault();
      to.focus();
    }
  }
}

function chip(robot, chips) {
  const element = make('button', `chip ${robot.side}`, '', make('span', 'spot', robot.place || '?'), make('span', 'team', robot.team), make('span', 'count'));
  element.type = 'button';
  element.tabIndex = -1;
  element.dataset.team = robot.team;
  element.dataset.count = 0;
  chips.set(robot.team, element);
  return element;
}

function paint(element, robot, names, flash, followed) {
  const before = Number(element.dataset.count);
  element.dataset.count = robot.count;
  element.classList.toggle('full', robot.count > 0);
  element.setAttribute('aria-pressed', String(robot.team === followed));
  text(element.querySelector('.count'), robot.count || '');
  const name = names.get(robot.team);
  const done = robot.count === 0 ? 'not scouted yet' : `scouted ${robot.count === 1 ? 'once' : `${robot.count} times`}`;
  const side = { red: `red ${robot.station}, `, blue: `blue ${robot.station}, ` }[robot.side] || '';
  element.setAttribute('aria-label', `${side}team ${robot.team}${name ? ` ${name}` : ''}, ${done}`);
  element.title = `${robot.team}${name ? ` ${name}` : ''}: ${done}`;
  if (flash && robot.count > before) {
    element.classList.remove('flash');
    void element.offsetWidth; // lets the animation start anew
    element.classList.add('flash');
  }
}

/** Feed lists what happened, newest first. */
export class Feed {
  #list;
  #nodes = new Map(); // id -> {element, time, at}

  constructor(list) {
    this.#list = list;
  }

  draw(items, names, now, fresh) {
    const keep = new Map();
    for (const item of items) {
      keep.set(item.id, this.#nodes.get(item.id) || this.#build(item, names, fresh));
    }
    this.#nodes = keep;
    arrange(this.#list, [...keep.values()].map((n) => n.element));
    this.tick(now);
  }

  /** tick brings the "ago" up to date. */
  tick(now) {
    for (const { time, at } of this.#nodes.values()) text(time, ago(at, now));
  }

  #build(item, names, fresh) {
    const time = make('time', '');
    if (Number.isFinite(item.at)) time.dateTime = new Date(item.at).toISOString();
    const name = item.kind === 'entry' ? names.get(item.team) : '';
    const said = make('span', 'said', sentence(item));
    const element = make('li', `${item.kind}${fresh ? ' fresh' : ''}`, '', said, make('span', 'by', name ? `${name} · ` : '', time));
    return { element, time, at: item.at };
  }
}

/** drawTotals shows the sums above the board. */
export function drawTotals(sum, last, now) {
  text($('robots'), sum.robotsCovered);
  text($('robots-of'), sum.planned ? ` of ${sum.robots}` : '');
  text($('matches'), sum.matchesCovered);
  text($('matches-of'), sum.planned ? ` of ${sum.matches}` : '');
  text($('entries'), sum.entries);
  for (const [id, value, max] of [['robots-bar', sum.robotsCovered, sum.robots], ['matches-bar', sum.matchesCovered, sum.matches]]) {
    $(id).max = Math.max(1, max);
    $(id).value = value;
    $(id).parentElement.hidden = !sum.planned;
  }
  text($('latest'), last ? `latest ${ago(last.at, now)}, ${matchName(last)}` : '');
}

/** drawFollowed says what is shown while one team is followed. */
export function drawFollowed(team, rows, names) {
  $('focus').hidden = team === 0;
  if (team === 0) return;
  const theirs = rows.flatMap((r) => r.robots).filter((r) => r.team === team);
  const done = theirs.filter((r) => r.count > 0).length;
  const name = names.get(team);
  text($('focus-text'), `Team ${team}${name ? ` ${name}` : ''}: ${done} of ${count(theirs.length, 'match', 'matches')} scouted`);
}

/**
 * The part of the expr language that the templates use: member access, text and numbers, ==, !=, >, &&, len(), date() and
 * now(). Throws where expr fails to compile or run. Compared with expr itself by test/golden/argo-conditions.json.
 */
export function evaluate(source: string, result: unknown, now: Date): boolean {
  const tokens = source.match(/"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|&&|==|!=|>|[().]/g) ?? [];
  if (tokens.join('') !== source.replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ''))
    throw new Error(`not of the part of expr that is known here: ${source}`);
  let position = 0;
  const peek = () => tokens[position];
  const take = (wanted?: string) => {
    const token = tokens[position];
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`expected ${wanted ?? 'more'} in ${source}`);
    position += 1;
    return token;
  };

  /** Operands after a false one are parsed, and not run. */
  function conjunction(run: boolean): unknown {
    let value = comparison(run);
    while (peek() === '&&') {
      take();
      if (run && typeof value !== 'boolean') throw new Error('&& of something else than booleans');
      const right = comparison(run && value === true);
      if (run && value === true) value = right;
    }
    return value;
  }

  function comparison(run: boolean): unknown {
    const left = member(run);
    const operator = peek();
    if (operator !== '==' && operator !== '!=' && operator !== '>') return left;
    take();
    const right = member(run);
    if (!run) return false;
    if (operator === '>') return greater(left, right);
    return (left === right) === (operator === '==');
  }

  function member(run: boolean): unknown {
    let value = primary(run);
    while (peek() === '.') {
      take();
      const name = take();
      if (run) value = fetched(value, name);
    }
    return value;
  }

  function primary(run: boolean): unknown {
    const token = take();
    if (token.startsWith('"')) return JSON.parse(token);
    if (/^\d/.test(token)) return Number(token);
    if (peek() !== '(') {
      if (token !== 'result') throw new Error(`unknown name ${token}`);
      return result;
    }
    take('(');
    const argument = peek() === ')' ? undefined : conjunction(run);
    take(')');
    return run ? call(token, argument, now) : undefined;
  }

  const value = conjunction(true);
  if (position !== tokens.length) throw new Error(`more than an expression: ${source}`);
  if (typeof value !== 'boolean') throw new Error(`expected a boolean of ${source}`);
  return value;
}

function fetched(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`cannot fetch ${name}`);
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : null;
}

function greater(left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date) return left > right;
  if (typeof left === 'number' && typeof right === 'number') return left > right;
  throw new Error('> of these is not defined');
}

function call(name: string, argument: unknown, now: Date): unknown {
  if (name === 'now') return now;
  if (name === 'len') {
    if (typeof argument === 'string' || Array.isArray(argument)) return argument.length;
    if (typeof argument === 'object' && argument !== null) return Object.keys(argument).length;
    throw new Error('invalid argument for len');
  }
  if (name === 'date' && typeof argument === 'string' && !Number.isNaN(Date.parse(argument)))
    return new Date(argument);
  throw new Error(`invalid call of ${name}`);
}

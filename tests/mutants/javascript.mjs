// Tells of every small fault that could be put into the browser's scripts, by their syntax trees, and of
// what each script of the tests imports: node javascript.mjs root file…  Prints JSON.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { SyntaxKind as K } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

const [root, ...files] = process.argv.slice(2);
const CHINESE = /[\u3000-\u9fff\uff00-\uffef]/;
const OPERATORS = {
  "<": ["comparison", "<="],
  "<=": ["comparison", "<"],
  ">": ["comparison", ">="],
  ">=": ["comparison", ">"],
  "===": ["equality", "!=="],
  "!==": ["equality", "==="],
  "&&": ["and, or", "||"],
  "||": ["and, or", "&&"],
  "+": ["plus, minus", "-"],
  "-": ["plus, minus", "+"],
  "+=": ["plus, minus", "-="],
  "-=": ["plus, minus", "+="],
  "*": ["plus, minus", "/"],
  "/": ["plus, minus", "*"],
};
const BOOLEAN = ["<", "<=", ">", ">=", "===", "!==", "&&", "||", "instanceof", "in"];
const MATTERS = [K.CallExpression, K.AwaitExpression, K.NewExpression, K.DeleteExpression];

class Finder {
  constructor(file, tree) {
    this.file = file;
    this.tree = tree;
    this.found = [];
  }

  text = (node) => this.tree.text.slice(node.getStart(this.tree), node.end);

  add(node, operator, after) {
    const start = node.getStart(this.tree);
    this.found.push({ file: this.file, start, end: node.end, operator, after });
  }

  visit(node, parent) {
    // What comments say of types stands in the tree too, before what it is about.
    const isIn = node.getStart(this.tree) >= parent.getStart(this.tree) && node.end <= parent.end;
    if (!isIn || isOfTypes(node)) return;
    const look = this[K[node.kind]] ?? this[FALLBACKS[node.kind]];
    look?.call(this, node, parent);
    node.forEachChild((child) => this.visit(child, node));
  }

  BinaryExpression(node) {
    const sign = this.text(node.operatorToken);
    if (sign === "??") this.add(node, "?. and ??", this.text(node.left));
    else if (sign in OPERATORS) this.add(node.operatorToken, ...OPERATORS[sign]);
  }

  PrefixUnaryExpression(node) {
    if (this.text(node).startsWith("!")) this.add(node, "not dropped", this.text(node.operand));
  }

  NumericLiteral(node) {
    const text = this.text(node);
    if (/^[\d_]+$/.test(text)) {
      const number = Number(text.replaceAll("_", ""));
      this.add(node, "number", String(number + 1));
      if (number) this.add(node, "number", String(number - 1));
    }
  }

  StringLiteral(node, parent) {
    if (K[parent.kind].match(/^(Import|Export)/) || isForDevelopers(parent, this)) return;
    const text = this.text(node);
    if (CHINESE.test(text)) return;
    this.add(node, "string", text.length > 2 ? `${text.slice(0, -1)}X${text[0]}` : '"X"');
  }

  TemplateExpression(node, parent) {
    const text = this.text(node);
    if (CHINESE.test(text) || isForDevelopers(parent, this)) return;
    this.add(node, "string", `${text.slice(0, -1)}X\``);
  }

  IfStatement(node) {
    for (const value of ["true", "false"]) this.add(node.expression, "condition", value);
  }

  WhileStatement(node) {
    this.add(node.expression, "condition", "false");
  }

  ConditionalExpression(node) {
    for (const value of ["true", "false"]) this.add(node.condition, "condition", value);
  }

  ExpressionStatement(node) {
    const { expression } = node;
    const sign = expression.operatorToken && this.text(expression.operatorToken);
    const isSet = sign !== undefined && /^[^=!<>]?=$/.test(sign);
    if ((isSet || MATTERS.includes(expression.kind)) && !/^super\b/.test(this.text(node)))
      this.add(node, "statement dropped", ";");
  }

  ThrowStatement(node) {
    this.add(node, "statement dropped", ";");
  }

  AwaitExpression(node) {
    this.add(node, "await dropped", this.text(node.expression));
  }

  ReturnStatement(node) {
    if (node.expression) this.gives(node.expression, "undefined");
  }

  ArrowFunction(node) {
    if (node.body.kind !== K.Block) this.gives(node.body, "undefined");
  }

  gives(value, nothing) {
    const { kind } = value;
    const text = this.text(value);
    const sign = value.operatorToken && this.text(value.operatorToken);
    if (BOOLEAN.includes(sign) || kind === K.PrefixUnaryExpression)
      this.add(value, "return", `!(${text})`);
    else if (text !== nothing) this.add(value, "return", nothing);
  }

  ArrayLiteralExpression(node) {
    for (const one of node.elements) {
      if (CHINESE.test(this.text(one))) continue;
      this.without(node.elements, one);
      this.add(one, "element", `${this.text(one)}, ${this.text(one)}`);
    }
  }

  ObjectLiteralExpression(node) {
    for (const one of node.properties) {
      if (!CHINESE.test(this.text(one))) this.without(node.properties, one);
    }
  }

  // Takes an element out with the comma behind it, or else before it.
  without(all, one) {
    const place = all.indexOf(one);
    const [before, behind] = [all[place - 1], all[place + 1]];
    const start = !behind && before ? before.end : one.getStart(this.tree);
    const end = behind ? behind.getStart(this.tree) : one.end;
    this.found.push({ file: this.file, start, end, operator: "element", after: "" });
  }

  CallExpression(node) {
    const given = node.arguments ?? [];
    for (let n = 1; n < given.length; n += 1) {
      const [one, other] = [given[n - 1], given[n]];
      const between = this.tree.text.slice(one.end, other.getStart(this.tree));
      const start = one.getStart(this.tree);
      const after = this.text(other) + between + this.text(one);
      this.found.push({ file: this.file, start, end: other.end, operator: "arguments", after });
    }
  }

  PropertyAccessExpression(node) {
    if (node.questionDotToken) this.add(node.questionDotToken, "?. and ??", ".");
  }
}

// Some kinds share their number with a mark of where a range begins or ends, and its name hides theirs.
const FALLBACKS = Object.fromEntries(
  Object.getOwnPropertyNames(Finder.prototype)
    .filter((name) => name in K)
    .map((name) => [K[name], name]),
);

const isOfTypes = ({ kind }) =>
  (kind >= K.FirstTypeNode && kind <= K.LastTypeNode) || /^(JSDoc|JSType)/.test(K[kind]);

// The sentence of an exception is for whoever reads a console.
const isForDevelopers = (parent, { text }) => /^(super\(|new \w*Error\()/.test(text(parent));

function mutants() {
  const api = new API({ cwd: root });
  const config = join(root, "tsconfig.json");
  const { program } = api.updateSnapshot({ openProjects: [config] }).getProject(config);
  const found = files.flatMap((file) => {
    const tree = program.getSourceFile(join(root, file));
    const finder = new Finder(file, tree);
    for (const statement of tree.statements) finder.visit(statement, tree);
    const all = finder.found.map((mutant) => placed(mutant, tree.text));
    // Two alike exchanged are no fault.
    return all.filter(({ before, after }) => before !== after);
  });
  api.close();
  return found;
}

function placed({ start, end, ...rest }, source) {
  const line = source.slice(0, start).split("\n").length;
  return { ...rest, start, end, line, before: source.slice(start, end) };
}

// Each script of the tests, with all files that it imports, directly or through others.
function imports() {
  const scripts = readdirSync(join(root, "tests"), { recursive: true })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join("tests", name));
  return Object.fromEntries(scripts.map((script) => [script, [...reached(script)].sort()]));
}

function reached(script) {
  const seen = new Set();
  const waiting = [script];
  while (waiting.length) {
    const file = waiting.pop();
    for (const next of importsOf(file)) {
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  return seen;
}

function importsOf(file) {
  const text = readFileSync(join(root, file), "utf8");
  // A script that bundles what it tries names it from admin/browser.
  const folders = [dirname(join(root, file)), join(root, "admin/browser")];
  return [...text.matchAll(/\b(?:from|import)[ (]\s*["`](\.[^"`?]+\.m?js)/g)].flatMap(
    ([, name]) => {
      const path = folders.map((folder) => resolve(folder, name)).find(existsSync);
      return path ? [relative(root, path)] : [];
    },
  );
}

console.log(JSON.stringify({ mutants: mutants(), imports: imports() }));

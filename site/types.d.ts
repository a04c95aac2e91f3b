// What the site's scripts share with each other, and what a build hands to them (site/hooks/search.py,
// crisis.py, asked.py). Names alone: nothing of it is served.

// Not in every browser.
interface Navigator {
  connection?: { saveData?: boolean };
}

// Patterns by the name under which others call them.
type PatternLists = Record<string, string[]>;

// A query in the forms that patterns look at; see prepare in search-words.js.
interface QueryForms {
  han: string;
  tokens: string;
  english: string;
}

interface MadePatterns {
  exact: RegExp;
  slipped: RegExp;
  characters: Record<string, number>;
}

interface MadeEnglish {
  known: string[];
  exact: RegExp;
}

interface FoundWords {
  at: number;
  text: string;
  slipped: boolean;
}

interface SearchWords {
  han: string;
  fold(sound: string): string;
  numbers(text: string, single?: boolean): number[];
  soundsOf(one: string): string[];
  normalize(text: string): string;
  spell(letters: string): string[] | null;
  prepare(query: string, ordinary?: RegExp | null): QueryForms;
  compile(patterns: string[], lists?: PatternLists): MadePatterns;
  find(made: MadePatterns, form: QueryForms): FoundWords | null;
  compileEnglish(patterns: string[], lists?: PatternLists): MadeEnglish;
  findEnglish(made: MadeEnglish, form: QueryForms, spared?: string[]): boolean;
  correct(word: string, known: string[]): string;
  takePlain(table: string): void;
  ordinary(patterns: string[], lists: PatternLists): RegExp;
  take(table: { order: string; sounds: Record<string, string> }): void;
}

// One kind of danger: what the box says of it in one language, and the page that it leads to.
interface HelpPage {
  name: string;
  say: string;
  url: string;
}

type HelpEnglish = HelpPage & { words: string[] };
type HelpPhone = [number: string, zh: string, en: string];
type HelpLanguage = "zh" | "en";

interface HelpItem {
  id: string;
  general: number;
  phones: HelpPhone[];
  zh: HelpPage;
  // There once the part with English words has come.
  en?: HelpEnglish;
  words: string[];
  made?: MadePatterns;
  spoken?: MadeEnglish;
}

// How evidence of asked.yml is weighed. The last two are added here.
interface HelpSense {
  bias: number;
  english: number;
  step: number;
  ordinary: RegExp;
  kinds: number;
}

interface HelpPart {
  lists: PatternLists;
  ordinary: string[];
  items: HelpItem[];
  sense: HelpSense;
}

interface HelpEnglishPart {
  lists: PatternLists;
  spared: string[];
  items: Record<string, HelpEnglish>;
}

// Puts a new element behind what a parent holds.
type MakeInside = <Tag extends keyof HTMLElementTagNameMap>(
  parent: Element,
  name: Tag,
  text: string,
  className?: string,
) => HTMLElementTagNameMap[Tag];

// A kind of danger that a query tells of, as the box shows it.
interface HelpHit {
  phones: HelpPhone[];
  english: boolean;
  pages: { language: HelpLanguage; page: HelpPage }[];
}

interface AskedPart {
  characters: string;
  seconds: string;
  weights: string;
  signs: string;
}

// What the evidence makes of a query; `told` by the number of a kind of danger, or of a page.
interface Asked {
  danger: number;
  lean: number;
  told: Record<number, number>;
}

// A page of the index; what is empty at its end is left out.
type PageRow = [
  url: string,
  title: string,
  keywords: string[],
  about: string,
  headings: (string | [words: string, anchor: string])[],
  phones?: string,
];

interface SynonymGroup {
  english: string[];
  pages?: number[];
  made?: MadeEnglish;
}

interface IndexPart {
  from?: number;
  pages?: PageRow[];
  english?: number;
  text?: { pairs: string; pages: string };
  asked?: number[][];
  synonyms?: SynonymGroup[];
}

interface SearchHit {
  url: string;
  title: string;
  text: string;
  anchor: string;
  english: boolean;
}

interface SearchFound {
  hits: SearchHit[];
  good?: boolean;
  few?: boolean;
  points?: number[];
  help?: HelpHit[];
}

interface Window {
  dengshaoWords: SearchWords;
  dengshaoHelp(part: HelpPart): void;
  dengshaoHelpEnglish(part: HelpEnglishPart): void;
  dengshaoHelpSense(): HelpSense;
  dengshaoHelpFor(query: string, spoken: boolean, asked?: Asked): HelpHit[];
  dengshaoHelpShow(box: HTMLElement, hits: HelpHit[], address: (url: string) => string): void;
  dengshaoAsked(part: AskedPart): void;
  dengshaoAskedEnglish(text: string): void;
  dengshaoAskedHeard(query: string): boolean;
  dengshaoAskedFor(query: string, spoken: boolean, sense: HelpSense): Asked;
  dengshaoAdd(name: string, part: IndexPart): void;
  dengshaoFind(
    query: string,
    english: boolean,
    names: string[],
    help: HelpHit[],
    asked: Asked,
  ): SearchFound;
  // Fetches parts of the index by their names.
  dengshaoLoad(names: string[]): Promise<unknown>;
  dengshaoRun(query: string, assets: string, isCurrent: () => boolean): Promise<void> | void;
}

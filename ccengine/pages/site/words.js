// Speaks the reader's language: texts by key, numbers and times as they are written there.
//
//   const words = new Words(SHARED, WALL);    // tables: { key: { en: "…", uk: "…", … } }
//   words.t("waits_for", { time: "0:12" })    // "{time}" is filled in

export const LANGUAGES = {
  en: "English",
  uk: "Українська",
  de: "Deutsch",
  ar: "العربية",
  fa: "فارسی",
};
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const FALLBACK = "en";
const CHOICE = "ccengine.language";

export class Words {
  constructor(...tables) {
    this.table = Object.assign({}, ...tables);
    this.language = chosenLanguage();
    this.direction = RIGHT_TO_LEFT.has(this.language) ? "rtl" : "ltr";
    // "de-AT" writes dates and numbers in its own way, though the words are those of "de".
    const region = navigator.languages.find((one) => one.split("-")[0] === this.language) ?? this.language;
    this.numbers = new Intl.NumberFormat(region);
    this.percents = new Intl.NumberFormat(region, { style: "percent", maximumFractionDigits: 1 });
    this.two = new Intl.NumberFormat(region, { minimumIntegerDigits: 2, useGrouping: false });
    this.clock = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.moments = new Intl.DateTimeFormat(region, {
      month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
    });
    this.t = this.t.bind(this);
  }

  t(key, values = {}) {
    const texts = this.table[key];
    const text = texts?.[this.language] ?? texts?.[FALLBACK] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  has(key) {
    return key in this.table;
  }

  number(value) {
    return this.numbers.format(value);
  }

  percent(share) {
    return this.percents.format(share);
  }

  // 0:07, 12:34, 1:02:03
  duration(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    const rest = this.two.format(whole % 60);
    if (hours === 0) return `${this.number(minutes)}:${rest}`;
    return `${this.number(hours)}:${this.two.format(minutes)}:${rest}`;
  }

  time(milliseconds) {
    return this.clock.format(milliseconds);
  }

  // Day and time.
  moment(milliseconds) {
    return this.moments.format(milliseconds);
  }

  // The page as a whole: who reads it aloud must know the language, too.
  apply(title) {
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.direction;
    document.title = title;
  }
}

export function chooseLanguage(language) {
  localStorage.setItem(CHOICE, language);
  location.reload();
}

function chosenLanguage() {
  const wanted = [localStorage.getItem(CHOICE), ...navigator.languages];
  const known = wanted.map((one) => (one ?? "").split("-")[0]).find((one) => one in LANGUAGES);
  return known ?? FALLBACK;
}

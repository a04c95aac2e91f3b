// What our libraries take for granted and browsers before 2022 lack. Imported before them.

if (typeof globalThis === "undefined") self.globalThis = self;

if (!Object.hasOwn) {
  Object.defineProperty(Object, "hasOwn", {
    value: (object, name) => Object.prototype.hasOwnProperty.call(object, name),
  });
}

// What our libraries take for granted and browsers before 2022 lack. Imported before them.

if (typeof globalThis === "undefined") Object.assign(self, { globalThis: self });

if (!("hasOwn" in Object)) {
  Object.defineProperty(Object, "hasOwn", {
    /** @type {(object: object, name: PropertyKey) => boolean} */
    value: (object, name) => Object.prototype.hasOwnProperty.call(object, name),
  });
}

// Can this browser open and seal by itself? If not, the plain way is offered, by a press of its own.

/** @type {(scope: any) => boolean} */
export function isAble(scope) {
  return (
    typeof scope.BigInt === "function" &&
    typeof scope.TransformStream === "function" &&
    typeof scope.ReadableStream === "function" &&
    typeof scope.fetch === "function" &&
    typeof scope.TextEncoder === "function" &&
    typeof scope.HTMLTemplateElement === "function" &&
    Boolean(scope.crypto && scope.crypto.getRandomValues)
  );
}

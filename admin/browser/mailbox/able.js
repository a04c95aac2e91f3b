// Can this browser open and seal by itself? If not, the page stays the plain form that it is.

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

// Loads the script with the keys, once. Rejects where it is blocked, broken, or too new.
export function keysLoader(document, address) {
  let loading = null;
  return () => {
    loading = loading || load(document, address);
    return loading;
  };
}

function load(document, address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      if (window.dengshaoMailbox) resolve(window.dengshaoMailbox);
      else reject(new Error("the script of the keys did not run"));
    };
    script.onerror = () => reject(new Error("the script of the keys did not come"));
    document.head.append(script);
  });
}

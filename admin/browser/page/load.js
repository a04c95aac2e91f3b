// Loads a script of ours once it is wanted.

export function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error("the script did not come"));
    document.head.append(script);
  });
}

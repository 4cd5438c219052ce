// Click a heading to sort its table; the page is complete without this.
for (const heading of document.querySelectorAll("th[data-sort]")) {
  heading.tabIndex = 0;
  const sort = () => {
    const body = heading.closest("table").tBodies[0];
    const at = heading.cellIndex;
    const up = heading.getAttribute("aria-sort") === "descending" || (heading.dataset.sort === "text" && !heading.ariaSort);
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (row) => row.cells[at].dataset.value;
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (heading.dataset.sort === "text") return up ? x.localeCompare(y) : y.localeCompare(x);
      if (x === "" || y === "") return (x === "") - (y === "");
      return up ? x - y : y - x;
    });
    body.append(...rows);
  };
  heading.addEventListener("click", sort);
  heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
}
for (const link of document.querySelectorAll('a[href^="#rule-"]'))
  link.addEventListener("click", () => { document.querySelector(link.getAttribute("href")).open = true; });

// Adds convenience to a page that is complete without it: theme, evidence filter, comparison, open folds.
(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, within) { return Array.from((within || document).querySelectorAll(selector)); };
  var one = function (selector) { return document.querySelector(selector); };

  function remembered(value) {
    try {
      if (value) localStorage.setItem("personas-theme", value);
      return localStorage.getItem("personas-theme");
    } catch (error) { return null; }
  }
  if (remembered()) root.dataset.theme = remembered();
  all(".tools, .picker").forEach(function (element) { element.hidden = false; });

  var theme = one("[data-do=theme]");
  if (theme) theme.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remembered(root.dataset.theme);
  });

  // Margin notes stand open where there is a margin; browsers that cannot do it by style get it here.
  var wide = matchMedia("(min-width: 1100px)");
  function openNotes() { all("details.note, details.toc").forEach(function (note) { note.open = wide.matches; }); }
  openNotes();
  wide.addEventListener("change", openNotes);

  var folds = one("[data-do=folds]");
  if (folds) folds.addEventListener("click", function () {
    var open = folds.getAttribute("aria-pressed") !== "true";
    all("main details:not(.note)").forEach(function (fold) { fold.open = open; });
    folds.setAttribute("aria-pressed", open);
  });

  // Proof always prints; folds of data print as the reader left them.
  var wasOpen = [];
  addEventListener("beforeprint", function () {
    wasOpen = all("details:not([open], .data)");
    wasOpen.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () { wasOpen.forEach(function (fold) { fold.open = false; }); });

  // A link to evidence opens the folds around it.
  function openTarget() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    for (var at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  }

  var filter = one("[data-do=filter]");
  if (filter) filter.addEventListener("change", function () {
    all(".claim[data-kind]").forEach(function (claim) {
      claim.hidden = filter.value && (filter.value === "tested" ? claim.dataset.tested !== "yes" : claim.dataset.kind !== filter.value);
    });
  });

  var table = one("table.versus");
  if (table) {
    var boxes = all("[data-pick]"), rows = all("tbody tr", table), body = one("table.versus tbody");
    var sorting = one("[data-do=sort]"), fold = one("[data-do=equal]"), showEqual = false;
    rows.forEach(function (row, i) { row.dataset.given = i; });

    var picked = function () {
      return boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.dataset.pick; });
    };
    var distance = function (row, chosen) {
      var gaps = chosen.map(function (p) { return row.querySelector('[data-p="' + p + '"]'); })
        .filter(function (cell) { return cell && cell.dataset.gap; }).map(function (cell) { return +cell.dataset.gap; });
      return gaps.length > 1 ? Math.max.apply(null, gaps) - Math.min.apply(null, gaps) : null;
    };
    // A row that is not known for two of them is neither equal nor different: it stands last.
    var rank = function (row, chosen) {
      var apart = distance(row, chosen);
      return apart === null ? -1 : apart;
    };
    var draw = function () {
      var chosen = picked(), equal = 0;
      all("[data-p]", table).forEach(function (cell) { cell.hidden = chosen.indexOf(cell.dataset.p) < 0; });
      rows.forEach(function (row) {
        var apart = distance(row, chosen), same = apart !== null && apart < 0.2;
        equal += same;
        row.hidden = same && !showEqual;
      });
      rows.slice().sort(function (a, b) {
        var order = a.dataset.given - b.dataset.given;
        return sorting.value === "given" ? order : rank(b, chosen) - rank(a, chosen) || order;
      }).forEach(function (row) { body.appendChild(row); });
      fold.parentElement.hidden = !equal;
      fold.textContent = (showEqual ? "Fold " : "Show ") + equal + (equal === 1 ? " row" : " rows") + " on which they are about equal";
      fold.setAttribute("aria-expanded", showEqual);
    };
    var fromHash = function () {
      var match = /^#compare=([\d,-]+)$/.exec(location.hash);
      if (!match) return false;
      var wanted = match[1].split(/[,-]/);
      boxes.forEach(function (box) { box.checked = wanted.indexOf(box.dataset.pick) >= 0; });
      one("#compare").scrollIntoView();
      return true;
    };
    boxes.forEach(function (box) {
      box.addEventListener("change", function () {
        draw();
        history.replaceState(null, "", "#compare=" + picked().join(","));
      });
    });
    sorting.addEventListener("change", draw);
    fold.addEventListener("click", function () { showEqual = !showEqual; draw(); });
    one("[data-do=copy]").addEventListener("click", function () {
      var link = location.href.split("#")[0] + "#compare=" + picked().join(","), say = one("[data-say]");
      var failed = function () { say.textContent = link; };
      if (!navigator.clipboard) return failed();
      navigator.clipboard.writeText(link).then(function () { say.textContent = "Copied."; }, failed);
    });
    addEventListener("hashchange", function () { if (fromHash()) draw(); });
    fromHash();
    draw();
  }
  // The weights of the answers given, added up and turned into probabilities.
  var quiz = one("[data-quiz]");
  if (quiz) {
    var numbers = function (text) { return text ? text.split(" ").map(Number) : []; };
    var place = function () {
      var scores = numbers(quiz.dataset.quiz), best = 0, sum = 0;
      all("input:checked", quiz).forEach(function (box) {
        numbers(box.dataset.w).forEach(function (weight, i) { scores[i] += weight; });
      });
      scores = scores.map(Math.exp);
      scores.forEach(function (score, i) { sum += score; if (score > scores[best]) best = i; });
      all("[data-chance]", quiz).forEach(function (cell, i) {
        cell.textContent = Math.round(100 * scores[i] / sum) + "\u00a0%";
        if (i === best) one("[data-best]").textContent = "Most likely: " + cell.parentElement.firstChild.textContent;
      });
    };
    quiz.addEventListener("change", place);
    one("[data-placed]").hidden = false;
    place();
  }
  addEventListener("hashchange", openTarget);
  if (location.hash.indexOf("=") < 0) openTarget();
})();

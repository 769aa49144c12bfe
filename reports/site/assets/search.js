/* Searches the headlines of all issues in the reader's browser. The index (index.js) lists for each pair of Chinese characters and each
   word the lines that have it; a query has to have all of its pairs and words in a line. */
(function () {
  "use strict";
  var index = window.yixunIndex;
  var form = document.getElementById("search");
  var box = document.getElementById("q");
  var list = document.getElementById("results");
  var said = document.getElementById("said");
  var HAN = /[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9]+/g;
  var terms = Object.keys(index.terms);
  var simple = {};
  Array.from(index.traditional).forEach(function (char, at) {
    simple[char] = Array.from(index.simplified)[at];
  });

  function fold(text) {
    return Array.from(text.normalize("NFKC").toLowerCase()).map(function (char) {
      return simple[char] || char;
    }).join("");
  }

  function wanted(query) {
    var found = [];
    (fold(query).match(HAN) || []).forEach(function (run) {
      if (run.charCodeAt(0) < 128 || run.length === 1) {
        found.push({ begins: run });
        return;
      }
      for (var at = 0; at + 1 < run.length; at += 1) {
        found.push({ is: run.slice(at, at + 2) });
      }
    });
    return found;
  }

  function lines(term) {
    var names = term.is ? [term.is] : terms.filter(function (name) {
      return name.indexOf(term.begins) === 0;
    });
    var found = new Set();
    names.forEach(function (name) {
      var line = 0;
      (index.terms[name] || []).forEach(function (step) {
        line += step;
        found.add(line);
      });
    });
    return found;
  }

  function search(query) {
    var sets = wanted(query).map(lines);
    if (!sets.length) {
      return [];
    }
    return Array.from(sets[0]).filter(function (line) {
      return sets.every(function (set) { return set.has(line); });
    }).sort(function (one, other) {
      return index.lines[other][2].localeCompare(index.lines[one][2]) || one - other;
    });
  }

  function show() {
    var query = box.value.trim();
    var found = query ? search(query) : [];
    list.replaceChildren.apply(list, found.slice(0, 100).map(function (number) {
      var line = index.lines[number];
      var row = document.createElement("li");
      var link = document.createElement("a");
      var small = document.createElement("p");
      link.href = index.pages[line[0]][0] + "#n" + line[1];
      link.textContent = line[4];
      small.textContent = [line[2], line[3], index.pages[line[0]][1]].join(" · ");
      row.append(link, small);
      return row;
    }));
    said.textContent = query ? said.dataset.found.replace("{count}", found.length) : "";
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    history.replaceState(null, "", "?q=" + encodeURIComponent(box.value));
    show();
  });
  box.addEventListener("input", show);
  box.value = new URLSearchParams(location.search).get("q") || "";
  show();
}());

// The completion curve: drawn by ECharts as SVG from the figures in the page, in the page's own colours.
// Without this the table below it says the same. Nothing moves: no animation at all.
(function () {
  "use strict";
  var box = document.getElementById("curve"), source = document.getElementById("curve-data");
  var folded = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details[data-open-in-print]:not([open])").forEach(function (one) { folded.push(one); one.open = true; });
    draw(true);
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (one) { one.open = false; });
    folded = [];
    draw(false);
  });
  if (!box || !source || !window.echarts) { return; }
  var data = JSON.parse(source.textContent), points = data.points, words = data.words, chart = null;
  if (!points.length) { return; }
  var now = points.filter(function (point) { return point.today; })[0];

  function colours(printing) {
    var style = getComputedStyle(document.documentElement), font = getComputedStyle(document.body).fontFamily;
    function read(name, onPaper) { return printing ? onPaper : style.getPropertyValue(name).trim(); }
    return {
      ink: read("--ink", "#000000"), soft: read("--ink-2", "#333333"), faint: read("--ink-3", "#555555"), font: font,
      line: read("--line-2", "#dddddd"), axis: read("--line-strong", "#555555"), accent: read("--accent", "#000000"),
      surface: read("--surface", "#ffffff"), edge: read("--line-strong", "#555555")
    };
  }
  function percent(value) { return value === null ? "" : value + "%"; }
  function near(x) {
    return points.reduce(function (best, point) { return Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best; });
  }
  function tip(shown) {
    var point = near(shown[0].axisValue);
    return point.day + "\n" + words.plan + " " + percent(point.plan) + (point.real === null ? "" : "\n" + words.real + " " + percent(point.real));
  }
  function named(point, name, value, colour, above, weight) {
    return {
      value: [point.x, value], symbol: "circle", symbolSize: name === words.real ? 9 : 6, itemStyle: { opacity: 1 },
      label: {
        show: true, formatter: name + " " + percent(value), color: colour, fontSize: 12, fontWeight: weight,
        position: above ? "left" : "right", distance: 6, offset: [0, above ? -8 : 12]
      }
    };
  }
  function option(c) {
    var behind = now && now.real !== null && now.real <= now.plan;
    var plan = [], real = [];
    points.forEach(function (point) {
      plan.push(point === now ? named(point, words.plan, point.plan, c.soft, behind, 400) : { value: [point.x, point.plan] });
      if (point.real !== null) {
        real.push(point === now ? named(point, words.real, point.real, c.accent, !behind, 600) : { value: [point.x, point.real] });
      }
    });
    var first = points[0].x, last = Math.max(12, points[points.length - 1].x);
    return {
      animation: false, textStyle: { fontFamily: c.font, color: c.soft },
      grid: { left: 34, right: 14, top: 20, bottom: 24 },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, formatter: tip, backgroundColor: c.surface,
        borderColor: c.edge, borderWidth: 1, padding: [6, 10], textStyle: { color: c.ink, fontSize: 12, lineHeight: 18, fontFamily: c.font },
        axisPointer: { type: "line", lineStyle: { color: c.faint, type: "solid", width: 1 }, label: { show: false } }
      },
      xAxis: {
        type: "value", min: first, max: last, interval: last - first > 6 ? 2 : 1, axisLine: { lineStyle: { color: c.axis } },
        axisTick: { show: true, lineStyle: { color: c.axis } }, splitLine: { show: false },
        axisLabel: { color: c.soft, fontSize: 12, formatter: function (x) { return x % 1 === 0 ? data.months[x] || "" : ""; } }
      },
      yAxis: {
        type: "value", min: 0, max: 100, interval: 25, axisLine: { show: false }, axisTick: { show: false },
        splitLine: { lineStyle: { color: c.line } }, axisLabel: { color: c.soft, fontSize: 12, formatter: function (y) { return y ? String(y) : ""; } }
      },
      series: [
        {
          name: words.plan, type: "line", data: plan, symbol: "circle", symbolSize: 4, showSymbol: true, color: c.faint, cursor: "pointer",
          itemStyle: { color: c.faint, opacity: 0 }, lineStyle: { color: c.faint, width: 1.5, type: [5, 4] }, emphasis: { itemStyle: { opacity: 1 } }
        },
        {
          name: words.real, type: "line", data: real, symbol: "circle", symbolSize: 5, showSymbol: true, color: c.accent, cursor: "pointer",
          itemStyle: { color: c.accent, borderColor: c.surface, borderWidth: 1.5 }, lineStyle: { color: c.accent, width: 2.5 },
          markLine: now ? {
            silent: true, symbol: "none", lineStyle: { color: c.faint, type: [2, 3], width: 1 },
            label: { formatter: words.today, color: c.faint, fontSize: 12, position: "end" }, data: [{ xAxis: now.x }]
          } : undefined
        }
      ]
    };
  }
  function draw(printing) {
    if (!window.echarts || !box) { return; }
    if (!chart) {
      chart = window.echarts.init(box, null, { renderer: "svg" });
      chart.on("click", function (event) {
        var point = near(event.value[0]);
        window.location.assign(event.seriesName === words.plan ? point.due_href : point.done_href || point.due_href);
      });
    }
    chart.resize();
    chart.setOption(option(colours(printing)), true);
  }
  draw(false);
  new MutationObserver(function () { draw(false); }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  if (window.ResizeObserver) { new ResizeObserver(function () { if (chart) { chart.resize(); } }).observe(box); } else { window.addEventListener("resize", function () { chart.resize(); }); }
})();

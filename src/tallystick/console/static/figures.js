// SPDX-License-Identifier: Apache-2.0
// Charts: drawn from what the page carries; the table beside each says the same.
const dark = document.documentElement.dataset.bsTheme === "dark";

const standing = (names) => ({
  grid: { left: 48, right: 16, top: 40, bottom: 72 },
  xAxis: { type: "category", data: names, axisLabel: { rotate: names.length > 6 ? 30 : 0 } },
  yAxis: { type: "value" },
});
// Bars from left to right, the first on top, each with its name in front.
const lying = (names) => ({
  grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
  xAxis: { type: "value", splitNumber: 3 },
  yAxis: { type: "category", data: names, inverse: true, axisLabel: { width: 140, overflow: "truncate" } },
});

for (const place of document.querySelectorAll("[data-chart]")) {
  const { title, names, series, is_lying } = JSON.parse(place.dataset.chart);
  let { addresses = [] } = JSON.parse(place.dataset.chart);
  const chart = echarts.init(place, dark ? "dark" : null, { renderer: "canvas" });
  chart.setOption({
    aria: { enabled: true },
    backgroundColor: "transparent",
    title: { show: title !== "", text: title, left: "center", textStyle: { fontSize: 14 } },
    tooltip: { trigger: "axis", renderMode: "richText" }, // HTML tooltips need inline styles
    legend: { bottom: 0, show: series.length > 1 },
    ...(is_lying ? lying(names) : standing(names)),
    series: series.map((one) => ({ type: one.type ?? "bar", name: one.name, data: one.values, showSymbol: false })),
  });
  chart.on("click", ({ dataIndex }) => { if (addresses[dataIndex]) location.assign(addresses[dataIndex]); });
  new ResizeObserver(() => chart.resize()).observe(place);
  // The table beside it is drawn anew with each block, and brings the figures along.
  if (place.dataset.follows) document.addEventListener("htmx:after:swap", () => {
    const now = JSON.parse(document.getElementById(place.dataset.follows).dataset.figures);
    addresses = now.addresses;
    chart.setOption({ xAxis: { data: now.names }, series: now.series.map((one) => ({ data: one.values })) });
  });
}

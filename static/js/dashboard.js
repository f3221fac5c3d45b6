function drawChart() {
  const box = document.getElementById("arrivals-chart");
  if (!box || !window.echarts) return;
  const data = JSON.parse(document.getElementById("arrivals-data").textContent);
  const style = getComputedStyle(document.documentElement);
  const chart = echarts.getInstanceByDom(box) || echarts.init(box);
  chart.setOption({
    color: [style.getPropertyValue("--hsy-brand"), style.getPropertyValue("--hsy-wait")],
    tooltip: { trigger: "axis" },
    legend: { data: [data.arrivals_label, data.releases_label] },
    grid: { left: 40, right: 16, top: 40, bottom: 30 },
    xAxis: { type: "category", data: data.days },
    yAxis: { type: "value", minInterval: 1 },
    series: [
      { name: data.arrivals_label, type: "bar", data: data.arrivals },
      { name: data.releases_label, type: "line", symbol: "diamond", data: data.releases },
    ],
  });
}
window.addEventListener("load", drawChart);
window.addEventListener("resize", () => {
  const box = document.getElementById("arrivals-chart");
  if (box && window.echarts) echarts.getInstanceByDom(box)?.resize();
});
document.addEventListener("htmx:afterSettle", drawChart);

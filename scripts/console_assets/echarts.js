// SPDX-License-Identifier: Apache-2.0
// The parts of ECharts that the console's charts use; bundled as one script with the name `echarts`.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from "echarts/components";
import { use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart]);
use([AriaComponent, DatasetComponent, GridComponent, LegendComponent]);
use([MarkLineComponent, TitleComponent, TooltipComponent, CanvasRenderer]);

export { format, getInstanceByDom, init, time } from "echarts/core";

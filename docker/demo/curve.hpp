// The load curve of the demo.
#pragma once

namespace skep::demo {

// Requests a second at `part` (0 = start, 1 = end of the run):
//
//   peak              ________
//                    /        \.
//   base  __________/          \_____________________
//        0        0.10  0.30  0.50  0.60            1
inline double planned_rate(double part, double base, double peak) {
  if (part < 0.10 || part >= 0.60) return base;
  if (part < 0.30) return base + (peak - base) * (part - 0.10) / 0.20;
  if (part < 0.50) return peak;
  return peak - (peak - base) * (part - 0.50) / 0.10;
}

}  // namespace skep::demo

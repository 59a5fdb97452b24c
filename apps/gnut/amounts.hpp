#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gnut {

/// "1 byte", "999 bytes", "3.4 MB", "120 GB": decimal units, as disks are sold.
std::string format_bytes(std::uint64_t bytes);

/// "3.4 MB/s".
std::string format_rate(double bytes_per_second);

/// "0.8 s" and "59 s" under a minute, then "1:05", "1:02:03".
std::string format_duration(std::chrono::duration<double> time);

/// "0:05", "1:02:03": of even width, for what is redrawn in place.
std::string format_clock(std::chrono::seconds time);

/// "1 file", "12 files".
std::string format_count(std::uint64_t count, std::string_view singular);

}  // namespace gnut

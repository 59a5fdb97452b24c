#include "overlay/push_guard.hpp"

#include "overlay/host_policy.hpp"

#include <algorithm>
#include <chrono>

namespace gnutella::overlay {

PushGuard::Verdict PushGuard::allow(const wire::IpAddress& to, std::uint16_t port, const wire::IpAddress& by,
                                    TimePoint now) {
    if (port < first_port || !may_be_told(to, port, by)) {
        return Verdict::refused;
    }
    std::erase_if(heeded_, [now](const Heeded& heeded) { return now - heeded.at >= std::chrono::seconds(1); });
    const auto to_same = std::ranges::count(heeded_, to, &Heeded::to);
    if (heeded_.size() >= per_second_ || static_cast<std::size_t>(to_same) >= max_per_address) {
        return Verdict::excess;
    }
    heeded_.push_back({to, now});
    return Verdict::allowed;
}

}  // namespace gnutella::overlay

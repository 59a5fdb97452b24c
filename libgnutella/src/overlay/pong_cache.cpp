#include "overlay/pong_cache.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

void PongCache::add(Pong pong) {
    if (pong.extensions.size() > max_extensions) {
        pong.extensions.clear();
    }
    std::erase_if(pongs_, [&pong](const Pong& known) {
        return known.from == pong.from && known.address == pong.address && known.port == pong.port;
    });
    if (std::ranges::count(pongs_, pong.from, &Pong::from) >= static_cast<std::ptrdiff_t>(max_of_a_session)) {
        const auto oldest = std::ranges::find(pongs_.rbegin(), pongs_.rend(), pong.from, &Pong::from);
        pongs_.erase(std::next(oldest).base());
    } else if (pongs_.size() >= max_pongs) {
        pongs_.pop_back();
    }
    pongs_.push_front(std::move(pong));
}

void PongCache::forget(SessionId session) {
    std::erase_if(pongs_, [session](const Pong& pong) { return pong.from == session; });
}

}  // namespace gnutella::overlay

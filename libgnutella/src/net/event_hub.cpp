#include "net/event_hub.hpp"

#include "net/user_code.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::net {

std::shared_ptr<void> EventHub::subscribe(EventHandler handler) {
    auto subscribed = std::make_shared<EventHandler>(handler ? std::move(handler) : [](const Event&) {});
    const std::lock_guard lock(mutex_);
    auto handlers = std::make_shared<Handlers>();
    std::ranges::copy_if(*handlers_, std::back_inserter(*handlers), [](const auto& each) { return !each.expired(); });
    handlers->push_back(subscribed);
    handlers_ = std::move(handlers);
    return subscribed;
}

std::shared_ptr<const EventHub::Handlers> EventHub::current() {
    const std::lock_guard lock(mutex_);
    return handlers_;
}

bool EventHub::watched() {
    const auto handlers = current();
    return std::ranges::any_of(*handlers, [](const auto& each) { return !each.expired(); });
}

void EventHub::emit(const Event& event) {
    const auto handlers = current();
    for (const auto& each : *handlers) {
        if (const auto handler = each.lock()) {
            call_user(executor_, *handler, event);
        }
    }
}

}  // namespace gnutella::net

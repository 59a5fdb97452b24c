#include "overlay/host_cache.hpp"

#include <algorithm>
#include <iterator>

namespace gnutella::overlay {

namespace {

constexpr std::size_t max_own_addresses = 16;

}  // namespace

void HostCache::reached(const Endpoint& host, std::optional<Dialect> dialect) {
    if (!acceptable(host)) {
        return;
    }
    if (const auto known = places_.find(host); known != places_.end()) {
        reached_.splice(reached_.begin(), *known->second.part, known->second.position);
        known->second = {&reached_, reached_.begin()};
        if (dialect) {
            reached_.front().dialect = dialect;
        }
        return;
    }
    put_first(reached_, {host, dialect});
}

void HostCache::heard_of(const Endpoint& host, std::optional<Dialect> dialect) {
    if (!acceptable(host) || places_.contains(host)) {
        return;
    }
    if (reached_.size() == max_hosts_) {
        ++forgotten_;
        return;
    }
    put_first(heard_of_, {host, dialect});
}

void HostCache::failed(const Endpoint& host) {
    const auto known = places_.find(host);
    if (known == places_.end()) {
        return;
    }
    heard_of_.splice(heard_of_.end(), *known->second.part, known->second.position);
    known->second = {&heard_of_, std::prev(heard_of_.end())};
}

void HostCache::is_self(const Endpoint& host) {
    if (const auto known = places_.find(host); known != places_.end()) {
        known->second.part->erase(known->second.position);
        places_.erase(known);
    }
    if (std::ranges::find(own_, host) != own_.end()) {
        return;
    }
    own_.push_back(host);
    if (own_.size() > max_own_addresses) {
        own_.pop_front();
    }
}

std::optional<Dialect> HostCache::dialect_of(const Endpoint& host) const {
    const auto known = places_.find(host);
    return known == places_.end() ? std::nullopt : known->second.position->dialect;
}

std::vector<KnownHost> HostCache::all() const {
    std::vector<KnownHost> hosts;
    hosts.reserve(size());
    visit([&hosts](const KnownHost& host) {
        hosts.push_back(host);
        return true;
    });
    return hosts;
}

bool HostCache::acceptable(const Endpoint& host) const {
    return max_hosts_ > 0 && host.port != 0 && !host.host.empty() && std::ranges::find(own_, host) == own_.end();
}

void HostCache::put_first(std::list<KnownHost>& part, const KnownHost& host) {
    if (size() == max_hosts_) {
        drop_the_worst();
    }
    part.push_front(host);
    places_.emplace(host.host, Place{&part, part.begin()});
}

void HostCache::drop_the_worst() {
    std::list<KnownHost>& part = heard_of_.empty() ? reached_ : heard_of_;
    places_.erase(part.back().host);
    part.pop_back();
    ++forgotten_;
}

}  // namespace gnutella::overlay

#include "net/part_registry.hpp"

#include <fcntl.h>

#include <utility>

namespace gnutella::net {

void PartRegistry::publish(std::uint64_t download, Part part) {
    const std::scoped_lock lock(mutex_);
    parts_[download] = std::move(part);
}

void PartRegistry::withdraw(std::uint64_t download) {
    const std::scoped_lock lock(mutex_);
    parts_.erase(download);
}

bool PartRegistry::serves(const Urn& urn) const {
    const std::scoped_lock lock(mutex_);
    const Part* const part = find_locked(urn);
    return part != nullptr && !part->verified.empty();
}

const PartRegistry::Part* PartRegistry::find_locked(const Urn& urn) const {
    for (const auto& [download, part] : parts_) {
        if (part.urn.same_file(urn)) {
            return &part;
        }
    }
    return nullptr;
}

std::optional<transfer::PartialFile> PartRegistry::find(const Urn& urn) {
    const std::scoped_lock lock(mutex_);
    const Part* const part = find_locked(urn);
    if (part == nullptr || part->verified.empty()) {
        return std::nullopt;
    }
    return transfer::PartialFile{part->name, part->size, part->urn, part->verified};
}

int PartRegistry::open(const transfer::PartialFile& file, error_code& error) {
    const std::scoped_lock lock(mutex_);  // the download cannot close it meanwhile
    const Part* const part = find_locked(file.urn);
    // Not dup(2): a copy would keep the lock of the download.
    const std::string path = "/proc/self/fd/" + std::to_string(part != nullptr ? part->descriptor : -1);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    error = descriptor < 0 ? error_code(Error::file_unreadable) : error_code{};
    return descriptor;
}

std::optional<HashTree> PartRegistry::tree(const transfer::PartialFile& file) {
    const std::scoped_lock lock(mutex_);
    const Part* const part = find_locked(file.urn);
    return part != nullptr && part->tree ? std::optional(*part->tree) : std::nullopt;
}

}  // namespace gnutella::net

#pragma once

#include "overlay/library.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::overlay {

/// A library of names: what contains the query's text answers it; for a legacy query, what is equal to it.
class FakeLibrary final : public Library {
  public:
    struct File {
        std::string name;
        std::uint64_t size = 0;
        std::optional<Urn> urn;
    };

    void add(std::string name, std::uint64_t size = 100, std::optional<Urn> urn = {}) {
        shared_.push_back({std::move(name), size, urn});
    }
    const File& file(std::uint64_t number) const { return shared_.at(number); }

    void find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const override {
        ++asked;
        for (std::size_t number = 0; number < shared_.size() && matches.size() < most; ++number) {
            const File& file = shared_[number];
            const bool answers =
                query.routed ? file.name.find(query.text) != std::string::npos : file.name == query.text;
            if (answers) {
                matches.push_back({number, file.name, file.size, file.urn});
            }
        }
    }
    std::uint64_t files() const override { return shared_.size(); }
    std::uint64_t bytes() const override {
        std::uint64_t sum = 0;
        for (const File& file : shared_) {
            sum += file.size;
        }
        return sum;
    }

    mutable std::size_t asked = 0;

  private:
    std::vector<File> shared_;
};

}  // namespace gnutella::overlay

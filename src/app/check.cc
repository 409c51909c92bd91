#include "src/app/check.h"

#include "connectors/connector.h"

namespace heed {

CheckReport Check(const Locations& locations) {
  CheckReport report;
  const auto wrong = [&](const std::string& file, const Error& error) {
    report.missing = report.missing || error.fault() == Fault::kNotFound;
    report.mistakes.push_back({{file, 0, 0}, error.message()});
  };
  const auto advise = [&](const std::string& file, std::string what) { report.advice.push_back(Mistake{Place{file, 0, 0}, std::move(what)}); };
  std::optional<Config> config;
  if (const auto file = FindConfig(locations); !file) {
    wrong("heed", file.error());
  } else if (auto reading = LoadConfig(*file); !reading) {
    wrong(*file, reading.error());
  } else {
    report.mistakes = std::move(reading->mistakes);
    report.advice = std::move(reading->advice);
    config = std::move(reading->config);
  }
  if (config) {
    report.schools = config->schools.size();
    report.sources = config->sources.size();
    HttpClient http({.user_agent = {}, .ca_file = {}});
    SystemClock clock;
    for (const auto& source : config->sources) {
      if (!source.enabled) {
        report.advice.push_back({source.place, "source \"" + source.spec.id + "\" is off: " + source.off_because});
        continue;
      }
      const auto made = source.card->make(source.spec, config->schools[source.school], ConnectorTools{http, clock});
      if (!made) report.mistakes.push_back({source.place, "source \"" + source.spec.id + "\": " + made.error().message()});
    }
  }

  const auto folder = LexiconFolder(locations, config ? &*config : nullptr);
  if (!folder) return wrong("heed", folder.error()), report;
  const auto files = ReadLexiconFiles(*folder);
  if (!files) return wrong(*folder, files.error()), report;
  auto lexicon = LoadLexicon(*files);
  if (!lexicon) {
    report.mistakes.insert(report.mistakes.end(), lexicon.error().begin(), lexicon.error().end());
    return report;
  }
  report.entries = lexicon->entries.size();
  const auto shared = std::make_shared<const Lexicon>(*std::move(lexicon));
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  options.drafts = true;
  if (options.dictionary.empty())
    advise(*folder, "no British word list is installed (Debian: wbritish), so misspellings of strong words are not looked for");
  const auto examples = Judge::Make(shared, {ExampleSchool()}, options);
  if (!examples) return wrong(*folder, examples.error()), report;
  for (auto& mistake : CheckExamples(*examples)) report.mistakes.push_back(std::move(mistake));
  if (config)
    if (const auto judge = Judge::Make(shared, config->schools, options); !judge) wrong(config->file, judge.error());
  return report;
}

}  // namespace heed

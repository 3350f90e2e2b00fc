using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Reranking.Http;

/// <summary>Checks the options of a registered scorer, with messages that name the path of the setting.</summary>
/// <param name="name">The name of the options that this instance is for.</param>
/// <param name="section">The section that they come from, or <see langword="null"/> for code.</param>
internal sealed class HttpScorerOptionsValidator(string name, IConfigurationSection? section) : IValidateOptions<HttpScorerOptions>
{
    private readonly string _name = name;

    public ValidateOptionsResult Validate(string? name, HttpScorerOptions options)
    {
        if (name != _name)
        {
            return ValidateOptionsResult.Skip;
        }

        options.SettingsPath = section?.Path ?? HttpScorerOptions.SectionName;
        List<string> failures = section is null ? [] : [.. HttpScorerSettings.Apply(section, new HttpScorerOptions())];
        failures.AddRange(HttpScorerOptionsRules.Failures(options, isUsed: true));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

using Microsoft.Extensions.Options;

namespace Reranking.Http.Configuration;

/// <summary>Checks the options of a scorer that was added in code.</summary>
/// <param name="name">The name of the options that this instance is for.</param>
internal sealed class HttpScorerOptionsValidator(string name) : IValidateOptions<HttpScorerOptions>
{
    private readonly string _name = name;

    public ValidateOptionsResult Validate(string? name, HttpScorerOptions options)
    {
        if (name != _name)
        {
            return ValidateOptionsResult.Skip;
        }

        string[] failures = [.. HttpScorerOptionsRules.Failures(options, isUsed: true)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

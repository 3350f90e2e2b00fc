using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Reranking.Onnx.DependencyInjection;

/// <summary>
/// Refuses keys of a section that its options do not have, and times that are plain numbers: a mistyped setting is an error, not a default.
/// </summary>
/// <typeparam name="TOptions">The options that are bound from the section.</typeparam>
/// <param name="section">The section.</param>
/// <param name="owner">What the settings are of, for messages.</param>
internal sealed class KnownKeysValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
    IConfigurationSection section,
    string owner) : IValidateOptions<TOptions>
    where TOptions : class
{
    private static readonly (string Name, Type Type)[] Settings =
    [
        .. typeof(TOptions).GetProperties()
            .Where(static property => property.SetMethod?.IsPublic == true)
            .Select(static property => (property.Name, property.PropertyType))
            .OrderBy(static setting => setting.Name, StringComparer.Ordinal),
    ];

    private static readonly string[] Known = [.. Settings.Select(static setting => setting.Name)];

    private readonly string _path = section.Path;

    /// <summary>Adds the check of a section, once.</summary>
    public static void TryAdd(IServiceCollection services, IConfigurationSection section, string owner)
    {
        if (!services.Any(service => service.ImplementationInstance is KnownKeysValidator<TOptions> known && known._path == section.Path))
        {
            services.AddSingleton<IValidateOptions<TOptions>>(new KnownKeysValidator<TOptions>(section, owner));
        }
    }

    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        List<string> failures =
        [
            .. section.GetChildren()
                .Select(static child => child.Key)
                .Where(static key => !Known.Contains(key, StringComparer.OrdinalIgnoreCase))
                .Select(key => $"{_path}:{key} is not a setting of {owner}; expected one of {string.Join(", ", Known)}.{KnownNames.Hint(key, Known)}"),
            .. Settings
                .Where(static setting => (Nullable.GetUnderlyingType(setting.Type) ?? setting.Type) == typeof(TimeSpan))
                .Select(setting => TimeSetting.Failure(section.GetSection(setting.Name)))
                .OfType<string>(),
        ];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

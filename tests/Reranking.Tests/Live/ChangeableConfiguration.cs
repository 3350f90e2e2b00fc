using System.Text;
using Microsoft.Extensions.Configuration;

namespace Reranking.Tests;

/// <summary>A configuration whose JSON a test replaces, as somebody who edits <c>appsettings.json</c> does.</summary>
internal sealed class ChangeableConfiguration : ConfigurationProvider, IConfigurationSource
{
    public ChangeableConfiguration(string reranking)
    {
        Data = Parse(reranking);
        Root = new ConfigurationBuilder().Add(this).Build();
    }

    public IConfigurationRoot Root { get; }

    public IConfigurationSection Section => Root.GetSection("Reranking");

    /// <summary>Replaces the section <c>Reranking</c>, and tells those who listen.</summary>
    public void Change(string reranking)
    {
        Data = Parse(reranking);
        OnReload();
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    private static Dictionary<string, string?> Parse(string reranking)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Reranking": {{reranking}} }"""));
        return new ConfigurationBuilder()
            .AddJsonStream(stream)
            .Build()
            .AsEnumerable()
            .Where(pair => pair.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
    }
}

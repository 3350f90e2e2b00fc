using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Samples.Tests;

public sealed partial class SwapProvidersTests
{
    private const string Shipped = "\"Use\": \"fast\"";

    [Fact]
    public async Task Run_FirstEditOfTheReadme_TheNextRequestIsAnsweredByAnotherScorerAndBetter()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("swap-");
        string settings = Path.Combine(root.FullName, "appsettings.json");
        string text = (await File.ReadAllTextAsync(Path.Combine(SampleProgram.Output("SwapProviders"), "appsettings.json")))
            .Replace("00:00:30", "00:05:00", StringComparison.Ordinal);
        Assert.Contains(Shipped, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(settings, text);
        using Process process = SampleProgram.Start("SwapProviders", "--urls", "http://127.0.0.1:0", "--contentRoot", root.FullName);
        try
        {
            using var client = new HttpClient
            {
                BaseAddress = new Uri(Address().Match(await ReadToAsync(process, "Now listening on")).Value),
                Timeout = TimeSpan.FromMinutes(5),
            };

            Assert.Equal(("fast", "Passwords of Notes"), await AskAsync(client));
            await File.WriteAllTextAsync(settings, text.Replace(Shipped, "\"Use\": \"locale\"", StringComparison.Ordinal));
            Assert.EndsWith(
                "Reranking:Use is 'locale'; expected the name of a scorer: cohere, fast or local. Did you mean 'local'?",
                await ReadToAsync(process, "refused"),
                StringComparison.Ordinal);
            Assert.Equal(("fast", "Passwords of Notes"), await AskAsync(client));

            // The first edit of the README, and it makes the answer better.
            await File.WriteAllTextAsync(settings, text.Replace(Shipped, FirstEdit(), StringComparison.Ordinal));
            Assert.EndsWith("scorers in use: local.", await ReadToAsync(process, "took effect"), StringComparison.Ordinal);
            Assert.Equal(("local", "Trouble Signing In"), await AskAsync(client));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            root.Delete(recursive: true);
        }
    }

    private static async Task<(string? AnsweredBy, string? First)> AskAsync(HttpClient client)
    {
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync("/search?q=What+if+I+forget+my+password%3F"));
        return (answer.RootElement.GetProperty("answeredBy").GetString(), answer.RootElement.GetProperty("ranking")[0].GetProperty("title").GetString());
    }

    private static string FirstEdit() => EditPattern().Match(SampleProgram.ReadSource("SwapProviders", "README.md")).Groups[1].Value;

    private static async Task<string> ReadToAsync(Process process, string part)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The sample ended before it wrote '{part}': {await process.StandardError.ReadToEndAsync()}");
    }

    [GeneratedRegex(@"\| change \| what happens \|\n\|---\|---\|\n\| `([^`]+)` \|")]
    private static partial Regex EditPattern();

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();
}

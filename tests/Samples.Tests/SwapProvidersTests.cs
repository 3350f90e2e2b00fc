using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Samples.Tests;

public sealed partial class SwapProvidersTests
{
    [Fact]
    public async Task Run_AppSettingsEdited_TheNextRequestIsAnsweredByAnotherScorer()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("swap-");
        string settings = Path.Combine(root.FullName, "appsettings.json");
        string text = (await File.ReadAllTextAsync(Path.Combine(SampleProgram.Output("SwapProviders"), "appsettings.json")))
            .Replace("00:00:05", "00:05:00", StringComparison.Ordinal);
        await File.WriteAllTextAsync(settings, text);
        using Process process = SampleProgram.Start("SwapProviders", "--urls", "http://127.0.0.1:0", "--contentRoot", root.FullName);
        try
        {
            using var client = new HttpClient
            {
                BaseAddress = new Uri(Address().Match(await ReadToAsync(process, "Now listening on")).Value),
                Timeout = TimeSpan.FromMinutes(5),
            };

            Assert.Equal(("local", "Password Reset Guide"), await AskAsync(client));
            await File.WriteAllTextAsync(settings, text.Replace("\"Use\": \"local\"", "\"Use\": \"fats\"", StringComparison.Ordinal));
            Assert.EndsWith(
                "Reranking:Use is 'fats'; expected the name of a scorer: cohere or fast or local. Did you mean 'fast'?",
                await ReadToAsync(process, "refused"),
                StringComparison.Ordinal);
            Assert.Equal(("local", "Password Reset Guide"), await AskAsync(client));
            await File.WriteAllTextAsync(settings, text.Replace("\"Use\": \"local\"", "\"Use\": \"fast\"", StringComparison.Ordinal));
            Assert.EndsWith("scorers in use: fast.", await ReadToAsync(process, "took effect"), StringComparison.Ordinal);
            Assert.Equal("fast", (await AskAsync(client)).AnsweredBy);   // the small model chooses for the big one; it need not agree on the first place
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
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync("/search?q=How+do+I+reset+my+password%3F"));
        return (answer.RootElement.GetProperty("answeredBy").GetString(), answer.RootElement.GetProperty("ranking")[0].GetProperty("title").GetString());
    }

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

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();
}

using Microsoft.Extensions.Configuration;

namespace Reranking.Tool.Scoring;

/// <summary>The file of <c>--config</c>: the settings of an application.</summary>
internal static class SettingsFile
{
    public static IConfigurationRoot Read(string file)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new ToolException($"--config is '{file}', which does not exist; expected a file such as appsettings.json.");
        }

        try
        {
            return new ConfigurationBuilder().AddJsonFile(path).Build();
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"'{path}' is no JSON: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}
